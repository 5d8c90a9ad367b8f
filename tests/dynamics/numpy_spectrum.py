#!/usr/bin/env python3
"""Lyapunov spectrum of a network of leaky integrate-and-fire neurons, written straightforwardly in NumPy and SciPy.
It shares no code with sprig: an oracle of `sprig lyapunov` (numpy_spectrum_test.py) and the peer of its speed
(bench/spectrum.py).

    numpy_spectrum.py NETWORK.npz [--exponents K] [--transient-ms T] [--settle-ms T] [--duration-ms T] [--renorm-ms T]

NETWORK.npz and its steps are as docs/formats.md says, with exponential synapses; states are rounded to single
precision as it says, so that spikes are the same ones, and tangent vectors are in double. Between spikes tangent
vectors follow the linear flow; a spike of j shifts in time by -dV_j/f-, f- being the velocity dV_j/dt with which the
threshold was crossed, and that moves its own reset and all that it delivers. QR at the end of each interval (Benettin
et al. 1980). Printed as JSON: exponents and block standard errors in 1/ms, in descending order, what the run was
like, and how many seconds it took from the file to the result.
"""

import argparse
import json
import os
import sys
import time

for library in ("OPENBLAS", "OMP", "MKL"):  # one core
    os.environ[library + "_NUM_THREADS"] = "1"

import numpy as np
from scipy.linalg import solve_triangular
from scipy.sparse import csr_matrix

def single(x):
    """Rounded to single precision; sums of a product and a number are rounded once, as fused ones are."""
    return x.astype(np.float32).astype(float)


GUARD = 1e-3  # velocities below this part of (V_th - V_reset) / tau_m are raised to it


class Neurons:
    """Constants of the exact step of length h (Rotter & Diesmann 1999); potentials relative to E_L."""

    def __init__(self, file):
        self.h = h = float(file["step_ms"])
        self.tau_m, self.resistance = file["tau_m_ms"], file["resistance"]
        self.theta = single(file["v_th"] - file["e_l"])
        self.reset_to = single(file["v_reset"] - file["e_l"])
        self.u_start = single(file["v_initial"] - file["e_l"])
        self.soft = bytes(file["reset"]) == b"soft"
        self.refractory_steps = np.rint(file["t_ref_ms"] / h).astype(int)
        self.i_dc = single(file["i_dc"])
        self.tau_s = [file["tau_syn_exc_ms"], file["tau_syn_inh_ms"]][: int(file["receptors"])]
        self.p22 = np.exp(-h / self.tau_m)
        self.p20 = self.resistance * (1 - self.p22)
        self.p11 = [np.exp(-h / tau) for tau in self.tau_s]
        self.p21 = [self.coupling(tau) for tau in self.tau_s]
        self.single_p22, self.single_p20 = single(self.p22), single(self.p20)
        self.single_p11, self.single_p21 = [single(p) for p in self.p11], [single(p) for p in self.p21]
        self.refractory_velocity = (self.theta - self.reset_to) / self.tau_m

    def coupling(self, tau_s):
        near = np.abs(tau_s - self.tau_m) < 1e-6 * self.tau_m
        tau = np.where(near, tau_s * (1 + 1e-5), tau_s)
        return self.resistance * tau / (self.tau_m - tau) * (self.p22 - np.exp(-self.h / tau))

    def velocity(self, u, current, i):
        return (self.resistance[i] * current[i] - u) / self.tau_m[i]

    def guarded(self, velocity, i):
        least = GUARD * self.refractory_velocity[i]
        return np.where(np.abs(velocity) < least, np.copysign(least, velocity), velocity)


def weights_by_delay(file, receptors):
    """{delay: [for each receptor: targets x sources]}."""
    n = len(file["tau_m_ms"])
    offsets, targets, weights = file["indptr"].astype(np.int64), file["indices"], file["data"].astype(float)
    sources = np.repeat(np.arange(n), np.diff(offsets))
    delays = np.broadcast_to(file["delay_steps"], targets.shape)
    receptor = (weights < 0).astype(int) if receptors == 2 else np.zeros(len(weights), int)
    by_delay = {}
    for delay in np.unique(delays):
        by_delay[int(delay)] = []
        for r in range(receptors):
            chosen = (delays == delay) & (receptor == r)
            shape = (weights[chosen], (sources[chosen], targets[chosen]))
            by_delay[int(delay)].append(csr_matrix(shape, shape=(n, n)))
    return by_delay


class Spectrum:
    """The network's state, `columns` tangent vectors, and what is in flight of both."""

    def __init__(self, path, columns, seed):
        with np.load(path) as file:
            if bytes(file["synapse"]) != b"exponential" or bool(file["adaptive"]):
                sys.exit("numpy_spectrum.py: only for exponential synapses without an adaptive threshold")
            self.neurons = Neurons(file)
            self.weights = weights_by_delay(file, len(self.neurons.tau_s))
        self.n, self.receptors = len(self.neurons.tau_m), len(self.neurons.tau_s)
        rows = self.n * (1 + self.receptors)
        self.columns = columns if columns > 0 else rows
        self.last_delay = max(self.weights, default=1)
        self.step = self.spikes = 0
        self.log_ratios = 0.0  # of all events: ln |factor|
        self.u = self.neurons.u_start.copy()
        self.currents = [np.zeros(self.n) for _ in range(self.receptors)]
        self.held = np.zeros(self.n, int)
        self.frame = None
        self.start = np.random.default_rng(seed).uniform(-1, 1, (rows, self.columns))
        self.flights = {}  # step: (neurons that fired, how their spikes shift in time, for each tangent vector)

    def begin_tangent(self):
        self.frame = np.linalg.qr(self.start)[0]
        self.flights = {step: (who, np.zeros((len(who), self.columns))) for step, (who, _) in self.flights.items()}
        # A spike that was sent before the frame began takes no part in it.

    def advance(self, steps):
        for _ in range(steps):
            self.one_step()

    def one_step(self):
        k = self.neurons
        held = self.held > 0
        u = single(k.single_p20 * k.i_dc)
        for r in reversed(range(self.receptors)):
            u = single(k.single_p21[r] * self.currents[r] + u)
        u = single(k.single_p22 * self.u + u)
        u[held] = self.u[held]
        current = k.i_dc
        for r in range(self.receptors):
            self.currents[r] = single(k.single_p11[r] * self.currents[r])
            current = single(current + self.currents[r])
        fired = np.flatnonzero(~held & (u >= k.theta))
        self.held = np.maximum(self.held - 1, 0)
        released = np.flatnonzero(held & (self.held == 0))
        self.held[fired] = k.refractory_steps[fired]
        u_before, self.u = u, u.copy()
        after = single(u - single(k.theta - k.reset_to)) if k.soft else k.reset_to
        self.u[fired] = after[fired]

        arrivals = []  # of this step: (receptor, sources x targets, shifts of the sources)
        for delay, matrices in self.weights.items():
            if self.step - delay in self.flights:
                who, shifts = self.flights[self.step - delay]
                for r, matrix in enumerate(matrices):
                    arrivals.append((r, matrix[who], shifts))
        arrived = np.zeros((self.receptors, self.n))
        for r, matrix, _ in arrivals:
            arrived[r] += np.asarray(matrix.sum(axis=0)).ravel()
        self.currents = [single(i + single(more)) for i, more in zip(self.currents, arrived)]

        shifts = None
        if self.frame is not None:
            self.flow(held)
            shifts = self.events(fired, released, u_before, current)
            for arrival in arrivals:
                self.arrive(*arrival)
        if len(fired):
            self.flights[self.step] = (fired, shifts)
        self.flights.pop(self.step - self.last_delay, None)
        self.spikes += len(fired)
        self.step += 1

    def flow(self, held):
        k, n, frame = self.neurons, self.n, self.frame
        free = ~held
        frame[:n] *= np.where(free, k.p22, 1)[:, None]
        for r in range(self.receptors):
            rows = frame[n * (1 + r) : n * (2 + r)]
            frame[:n] += np.where(free, k.p21[r], 0)[:, None] * rows
            rows *= k.p11[r][:, None]

    def events(self, fired, released, u_before, current):
        k, frame = self.neurons, self.frame
        before = k.guarded(k.velocity(u_before[fired], current, fired), fired)
        after = k.guarded(k.velocity(self.u[fired], current, fired), fired)
        after = np.where(k.refractory_steps[fired] > 0, k.refractory_velocity[fired], after)
        shifts = -frame[fired] / before[:, None]
        frame[fired] *= (after / before)[:, None]
        # A neuron that is held keeps its shift as that of its potential, and takes up the velocity of its release.
        again = k.guarded(k.velocity(u_before[released], current, released), released) / k.refractory_velocity[released]
        frame[released] *= again[:, None]
        self.log_ratios += np.log(np.abs(after / before)).sum() + np.log(np.abs(again)).sum()
        return shifts

    def arrive(self, receptor, matrix, shifts):
        k, n, frame = self.neurons, self.n, self.frame
        moved = matrix.T @ shifts  # of each target: sum of w dt
        frame[n * (1 + receptor) : n * (2 + receptor)] += moved / k.tau_s[receptor][:, None]
        hears = np.where(self.held > 0, 0, k.resistance / k.tau_m)
        frame[:n] -= hears[:, None] * moved

    def renormalise(self):
        q, r = np.linalg.qr(self.frame)
        sign = np.where(np.diag(r) < 0, -1.0, 1.0)
        self.frame = q * sign
        r *= sign[:, None]
        self.flights = {
            step: (who, solve_triangular(r, shifts.T, trans="T").T) for step, (who, shifts) in self.flights.items()
        }
        return np.log(np.diag(r))


def spectrum(path, exponents, transient_ms, settle_ms, duration_ms, renorm_ms, seed=1, blocks=20):
    begin, processor = time.perf_counter(), time.process_time()
    run = Spectrum(path, exponents, seed)
    steps = lambda ms: round(ms / run.neurons.h)
    run.advance(steps(transient_ms))
    run.begin_tangent()
    interval = steps(renorm_ms)

    def intervals(count):
        logs, lengths = [], []
        for first in range(0, count, interval):
            lengths.append(min(interval, count - first))
            run.advance(lengths[-1])
            logs.append(run.renormalise())
        return np.array(logs), np.array(lengths) * run.neurons.h

    intervals(steps(settle_ms))
    run.spikes, run.log_ratios = 0, 0.0
    logs, times = intervals(steps(duration_ms))
    means = logs.sum(axis=0) / times.sum()
    parts = np.array_split(np.arange(len(times)), min(blocks, len(times)))
    of_parts = np.array([logs[part].sum(axis=0) / times[part].sum() for part in parts])
    errors = of_parts.std(axis=0, ddof=1) / np.sqrt(len(parts)) if len(parts) > 1 else np.full(len(means), np.nan)
    order = np.argsort(-means, kind="stable")
    return {
        "exponents": means[order].tolist(),
        "standard_errors": errors[order].tolist(),
        "sum": float(means.sum()),
        "spikes": run.spikes,
        "mean_rate_hz": 1e3 * run.spikes / times.sum() / run.n,
        "log_ratios": run.log_ratios / times.sum(),
        "seconds": time.perf_counter() - begin,
        "processor_seconds": time.process_time() - processor,
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("network")
    parser.add_argument("--exponents", type=int, default=64, help="0: all")
    for name, default in (("transient", 500), ("settle", 200), ("duration", 1000), ("renorm", 20)):
        parser.add_argument(f"--{name}-ms", type=float, default=default)
    parser.add_argument("--seed", type=int, default=1, help="of the first frame")
    o = parser.parse_args()
    print(json.dumps(spectrum(o.network, o.exponents, o.transient_ms, o.settle_ms, o.duration_ms, o.renorm_ms, o.seed)))


if __name__ == "__main__":
    main()
