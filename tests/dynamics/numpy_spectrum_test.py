#!/usr/bin/env python3
"""`sprig lyapunov` against numpy_spectrum.py: networks that NumPy draws, whose full spectrum both compute.

usage: numpy_spectrum_test.py --sprig SPRIG

Both follow the same trajectory, spike by spike. The sum of all exponents does not depend on the first frame: it is
that of ln |factor| of each event less the decay of all states, so it is equal but for the rounding of some 10^4
logarithms in double. Single exponents do depend on it, as the inverse of the time, and the first frames are different
ones: they agree within five of their standard errors together.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile

try:
    import numpy as np
    import numpy_spectrum
except ImportError as missing:
    print(f"skipped: {missing}")
    sys.exit(77)

CASES = {
    "one receptor, hard reset": dict(n=40, receptors=1, reset=b"hard", t_ref_ms=0.0, delays_ms=(0.2, 0.2)),
    "two receptors, soft reset, refractory, delays": dict(
        n=30, receptors=2, reset=b"soft", t_ref_ms=1.0, delays_ms=(0.4, 2.0)
    ),
}
H_MS, TRANSIENT_MS, SETTLE_MS, DURATION_MS, RENORM_MS = 0.2, 200, 400, 4000, 10
ERRORS, SUM_TOLERANCE = 5, 1e-12


def draw(path, n, receptors, reset, t_ref_ms, delays_ms, seed=3):
    """A file of the kind network.npz: a tenth of all pairs, gamma weights, a fifth of the neurons inhibitory."""
    rng = np.random.default_rng(seed)
    degree = max(1, n // 10)
    targets = np.concatenate([np.sort(rng.choice(n, degree, replace=False)) for _ in range(n)])
    weights = rng.gamma(2, 0.5, n * degree) * 0.3 / np.sqrt(degree)
    weights[np.repeat(np.arange(n) >= n - n // 5, degree)] *= -4
    steps = np.rint(np.array(delays_ms) / H_MS).astype(int)
    each = lambda value: np.full(n, float(value))
    np.savez(
        path,
        data=weights.astype("<f4"),
        indices=targets.astype("<i4"),
        indptr=np.arange(0, n * degree + 1, degree).astype("<i4"),
        shape=np.array([n, n]),
        format=b"csr",
        orientation=b"source_target",
        delay_steps=rng.integers(steps[0], steps[1] + 1, n * degree).astype("<u2"),
        step_ms=np.array(H_MS),
        tau_m_ms=rng.gamma(3, 6.67, n).clip(4),
        tau_syn_exc_ms=each(10),
        tau_syn_inh_ms=each(15),
        resistance=each(1),
        e_l=each(0),
        v_th=each(1),
        v_reset=each(0),
        v_initial=rng.uniform(0, 1, n),
        t_ref_ms=each(t_ref_ms),
        i_dc=each(1.2),
        theta_plus=each(0),
        tau_theta_ms=each(np.inf),
        synapse=b"exponential",
        reset=reset,
        receptors=np.array(receptors, "<i4"),
        adaptive=np.array(False),
        population_name=np.array([b"all"]),
        population_first=np.array([0], "<u4"),
        population_count=np.array([n], "<u4"),
        population_inhibitory=np.array([False]),
        original_id=np.arange(n).astype("<u4"),
        sprig_format=np.array(1, "<i4"),
    )


def by_sprig(program, network, folder):
    out = os.path.join(folder, "run")
    sets = {
        "network.file": json.dumps(network),
        "run.page_eigenvalues": '"none"',
        "lyapunov.exponents": 0,
        "lyapunov.transient_ms": TRANSIENT_MS,
        "lyapunov.tangent_transient_ms": SETTLE_MS,
        "lyapunov.duration_ms": DURATION_MS,
        "lyapunov.renorm_ms": RENORM_MS,
    }
    command = [program, "lyapunov", "--quiet", "--threads", "1", "--out", out]
    for key, value in sets.items():
        command += ["--set", f"{key}={value}"]
    subprocess.run(command, check=True)
    with open(os.path.join(out, "result.json")) as file:
        return json.load(file)


def compare(name, ours, oracle):
    """The faults found, after a line that says how near they are."""
    a, b = np.array(ours["exponents"]), np.array(oracle["exponents"])
    if a.shape != b.shape:
        return [f"{name}: {len(a)} exponents, not {len(b)}"]
    errors = np.hypot(ours["standard_errors"], oracle["standard_errors"])
    apart = np.abs(a - b) / errors
    sums = abs(a.sum() - b.sum()) / abs(b.sum())
    print(f"{name}: {len(a)} exponents, lambda_1 {a[0]:.6f} and {b[0]:.6f}; {ours['spikes']} and {oracle['spikes']} "
          f"spikes; furthest {apart.max():.2f} standard errors apart, sum {a.sum():.9f}, relative difference {sums:.1e}")
    faults = []
    if ours["spikes"] != oracle["spikes"]:
        faults.append(f"{name}: spikes differ")
    if not apart.max() <= ERRORS:
        faults.append(f"{name}: exponent {apart.argmax()}: {a[apart.argmax()]} and {b[apart.argmax()]}")
    if not sums <= SUM_TOLERANCE:
        faults.append(f"{name}: sums differ by {sums} of them")
    return faults


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--sprig", required=True)
    program = parser.parse_args().sprig
    faults = []
    for name, case in CASES.items():
        with tempfile.TemporaryDirectory() as folder:
            network = os.path.join(folder, "network.npz")
            draw(network, **case)
            oracle = numpy_spectrum.spectrum(network, 0, TRANSIENT_MS, SETTLE_MS, DURATION_MS, RENORM_MS)
            faults += compare(name, by_sprig(program, network, folder), oracle)
    for fault in faults:
        print(f"FAILED {fault}")
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
