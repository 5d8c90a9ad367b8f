"""Runs the network that brian2_stimuli_test.cpp wrote through Brian2, under a current over time (TimedArray) and given
spikes (SpikeGeneratorGroup), and prints its spikes, one "step neuron" a line.

As tests/engine/brian2_oracle.py: exact integration, one step more of refractory time.
"""
import sys

import brian2
import numpy as np
from brian2 import Network, NeuronGroup, SpikeGeneratorGroup, SpikeMonitor, Synapses, TimedArray, defaultclock, ms

brian2.prefs.codegen.target = "numpy"
folder, step_ms, t_ref_ms, steps, sample_ms, from_ms, until_ms = (sys.argv[1], *(float(x) for x in sys.argv[2:]))
neurons = np.loadtxt(folder + "/neurons.txt")  # tau_m, tau_exc, tau_inh, i_dc, v_initial
edges = np.loadtxt(folder + "/edges.txt")  # source, target, weight, delay in steps
current = np.loadtxt(folder + "/current.csv", delimiter=",")  # [sample][neuron]
given = np.loadtxt(folder + "/spikes.csv", delimiter=",", skiprows=1)  # time_ms, neuron
weight, delay_ms, step_current = np.loadtxt(folder + "/scalars.txt")
defaultclock.dt = step_ms * ms

array = TimedArray(np.vstack([current, np.zeros((1, current.shape[1]))]), dt=sample_ms * ms)
pulse = np.zeros(int(steps) + 1)
pulse[round(from_ms / step_ms):round(until_ms / step_ms)] = step_current
pulse = TimedArray(pulse, dt=step_ms * ms)
group = NeuronGroup(
    len(neurons),
    """dv/dt = (-v + ie + ii + i_dc + array(t, i) + pulse(t)) / tau_m : 1 (unless refractory)
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
source = SpikeGeneratorGroup(len(neurons), given[:, 1].astype(int), given[:, 0] * ms)
outside = Synapses(source, group, on_pre="ie_post += weight", delay=delay_ms * ms, namespace={"weight": weight})
outside.connect(j="i")
monitor = SpikeMonitor(group)
Network(*objects, source, outside, monitor).run(steps * step_ms * ms)
for step, neuron in sorted(zip(np.round(monitor.t / ms / step_ms).astype(int), np.array(monitor.i))):
    print(step, neuron)
