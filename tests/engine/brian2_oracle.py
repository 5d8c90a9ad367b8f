"""Runs the network that brian2_test.cpp wrote through Brian2 and prints its spikes, one "step neuron" a line.

Exact integration of the same equations. Brian2 integrates again in the step in which the refractory period ends, one
step earlier than sprig (and NEST), so one step is added to it.
"""
import sys

import brian2
import numpy as np
from brian2 import NeuronGroup, Network, SpikeMonitor, Synapses, defaultclock, ms

brian2.prefs.codegen.target = "numpy"
folder, step_ms, t_ref_ms, steps = sys.argv[1], float(sys.argv[2]), float(sys.argv[3]), int(sys.argv[4])
neurons = np.loadtxt(folder + "/neurons.txt")  # tau_m, tau_exc, tau_inh, i_dc, v_initial
edges = np.loadtxt(folder + "/edges.txt")      # source, target, weight, delay in steps
defaultclock.dt = step_ms * ms

group = NeuronGroup(
    len(neurons),
    """dv/dt = (-v + ie + ii + i_dc) / tau_m : 1 (unless refractory)
       die/dt = -ie / tau_exc : 1
       dii/dt = -ii / tau_inh : 1
       tau_m : second
       tau_exc : second
       tau_inh : second
       i_dc : 1""",
    threshold="v >= 1", reset="v = 0", refractory=(t_ref_ms + step_ms) * ms, method="exact")
group.tau_m, group.tau_exc, group.tau_inh = (neurons[:, k] * ms for k in range(3))
group.i_dc, group.v = neurons[:, 3], neurons[:, 4]
objects = [group]
for variable, rows in (("ie", edges[edges[:, 2] >= 0]), ("ii", edges[edges[:, 2] < 0])):
    synapses = Synapses(group, group, "w : 1", on_pre=f"{variable}_post += w")
    synapses.connect(i=rows[:, 0].astype(int), j=rows[:, 1].astype(int))
    synapses.w, synapses.delay = rows[:, 2], rows[:, 3] * step_ms * ms
    objects.append(synapses)
monitor = SpikeMonitor(group)
objects.append(monitor)
Network(*objects).run(steps * step_ms * ms)
for step, neuron in sorted(zip(np.round(monitor.t / ms / step_ms).astype(int), np.array(monitor.i))):
    print(step, neuron)
