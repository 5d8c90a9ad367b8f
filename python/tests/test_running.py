"""Long work: Ctrl-C, threads, memory, progress."""

import os
import resource
import signal
import subprocess
import sys
import textwrap
import threading
import time

import numpy as np
import pytest

import sprig


def interrupted(body):
    """Runs a script, sends SIGINT once it says "go", and returns its output and the seconds until its end."""
    script = textwrap.dedent(body)
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as p:
        assert p.stdout.readline() == "go\n", p.stderr.read()
        time.sleep(1.0)
        start = time.monotonic()
        p.send_signal(signal.SIGINT)
        text, errors = p.communicate(timeout=120)
        assert p.returncode == 0, errors
        return text, float(text.split()[0]) - start


@pytest.mark.parametrize(
    ("call", "kept"),
    [
        ("sprig.run(net, 1e7, device='cpu')", "len(part.spikes) > 0 and 0 < part.steps < 1e8 and not part.complete"),
        ("sprig.lyapunov(net, exponents=4, duration_ms=1e7, device='cpu')", "not part.complete"),
        ("sprig.prune(net, density=0.1, lyapunov={'duration_ms': 1e7}, device='cpu')", "part.network.size == 400"),
        ("sprig.learn('glyphs', neurons=400, train=0, passes=50, device='cpu')", "part.models[0].weights.size > 0"),
    ],
)
def test_ctrl_c_stops_within_a_second_and_keeps_what_was_done(call, kept):
    text, seconds = interrupted(f"""
        import time, sprig
        net = sprig.Network.random(neurons=400, density=0.1, i_dc=1.2)
        print("go", flush=True)
        try:
            {call}
        except KeyboardInterrupt as stop:
            end = time.monotonic()
            part = stop.partial
            assert isinstance(stop, sprig.Interrupted)
        print(end, {kept})
        sprig.run(net, 10.0)  # goes on as if nothing had been
    """)
    assert text.split()[1] == "True"
    assert seconds < 1.0 if os.environ.get("SPRIG_QUIET_MACHINE") else seconds < 5.0, seconds


def test_another_handler_of_sigint_is_obeyed():
    text, _ = interrupted("""
        import signal, time, sprig
        class Mine(Exception): pass
        def handler(*_): raise Mine
        signal.signal(signal.SIGINT, handler)
        net = sprig.Network.random(neurons=100, density=0.1, i_dc=1.2)
        print("go", flush=True)
        try:
            sprig.run(net, 1e8, device="cpu", record=[])
        except Mine:
            print(time.monotonic(), "mine")
    """)
    assert text.split()[1] == "mine"


def test_two_threads_run_at_once_and_get_their_own_results():
    networks = [sprig.Network.random(neurons=80, density=0.1, i_dc=1.2, seed=seed) for seed in (1, 2)]
    alone = [sprig.run(network, 100.0, device="cpu").hash for network in networks]
    together = {}

    def work(k):
        for _ in range(3):
            together.setdefault(k, set()).add(sprig.run(networks[k], 100.0, device="cpu", threads=1).hash)

    threads = [threading.Thread(target=work, args=(k,)) for k in (0, 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert together == {0: {alone[0]}, 1: {alone[1]}}


def test_python_goes_on_while_a_run_works():
    network = sprig.Network.random(neurons=400, density=0.1, i_dc=1.2)
    ticks = []
    done = threading.Event()

    def tick():
        while not done.is_set():
            ticks.append(time.monotonic())
            time.sleep(0.01)

    thread = threading.Thread(target=tick)
    thread.start()
    start = time.monotonic()
    sprig.run(network, 3000.0, device="cpu", threads=1, record=[])
    seconds = time.monotonic() - start
    done.set()
    thread.join()
    assert len([t for t in ticks if t < start + seconds]) >= seconds / 0.01 / 10


def resident():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * resource.getpagesize()


def test_a_thousand_networks_and_runs_leave_memory_as_it_was():
    rng = np.random.default_rng(0)
    weights = rng.normal(size=(200, 200)) * (rng.random((200, 200)) < 0.2)

    def cycle():
        network = sprig.Network.from_dense(weights, i_dc=1.2)
        arrays = network.weights, network.tau_m_ms, network.indices
        run = sprig.run(network, 5.0, device="cpu", threads=1, record=["spikes", sprig.Probe("v", [0])])
        return len(arrays) + len(run.spikes)

    for _ in range(100):
        cycle()
    before = resident()
    for _ in range(1000):
        cycle()
    assert resident() - before < 8e6  # the networks alone would be 100 MB


def test_progress_is_told_in_fractions_that_do_not_fall():
    network = sprig.Network.random(neurons=400, density=0.1, i_dc=1.2)
    told = []
    # Told ten times a second; stopped once there is enough, for how long a run takes is the machine's.

    def show(fraction, detail):
        told.append((fraction, detail))
        if len([f for f, _ in told if f > 0]) >= 3:
            raise StopIteration

    with pytest.raises(StopIteration):
        sprig._core.run(network._core, [("run.duration_ms", "1e7"), ("run.device", '"cpu"')], [], [], "", show)
    fractions = [fraction for fraction, _ in told]
    assert len(told) >= 3 and fractions[-1] > 0 and all(isinstance(detail, str) for _, detail in told)
    assert fractions == sorted(fractions) and all(0 <= f <= 1 for f in fractions)


def test_an_exception_of_the_progress_callback_stops_the_work():
    network = sprig.Network.random(neurons=400, density=0.1, i_dc=1.2)

    def show(fraction, detail):
        raise RuntimeError("enough")

    with pytest.raises(RuntimeError, match="enough"):
        sprig._core.run(network._core, [("run.duration_ms", "1e7"), ("run.device", '"cpu"')], [], [], "", show)


def test_ctrl_c_in_the_last_piece_is_not_swallowed():
    """What was done is whole then, and still it was asked to stop. Runs of a few ms look for signals at their end only;
    an alarm stands for Ctrl-C, at moments some of which are within a run."""
    network = sprig.Network.random(neurons=100, density=0.1, i_dc=1.2)
    whole = sprig.run(network, 200.0, device="cpu", threads=1)
    before = signal.signal(signal.SIGALRM, signal.default_int_handler)
    caught = []
    try:
        for k in range(40):
            try:
                signal.setitimer(signal.ITIMER_REAL, 0.0005 * (k + 1))
                sprig.run(network, 200.0, device="cpu", threads=1)
                time.sleep(0.1)  # the alarm is after the run
            except sprig.Interrupted as stop:
                caught.append(stop.partial)
            except KeyboardInterrupt:  # outside of C++
                pass
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    assert any(partial.complete and partial.hash == whole.hash for partial in caught)


@pytest.mark.parametrize("verb", ["run", "prune", "lyapunov", "learn"])
def test_whatever_was_asked_to_stop_raises(verb, monkeypatch):
    network = sprig.Network.random(neurons=30, density=0.2, i_dc=1.2)
    calls = {
        "run": lambda: sprig.run(network, 20.0, device="cpu"),
        "prune": lambda: sprig.prune(network, method="random", density=0.5, spectra=False, device="cpu"),
        "lyapunov": lambda: sprig.lyapunov(network, exponents=2, duration_ms=50.0, device="cpu"),
        "learn": lambda: sprig.learn("glyphs", neurons=10, train=20, label=20, test=20, steps=20, device="cpu"),
    }
    work = getattr(sprig._core, verb)
    monkeypatch.setattr(sprig._core, verb, lambda *given: {**work(*given), "stopped": True})
    with pytest.raises(sprig.Interrupted) as stop:
        calls[verb]()
    assert stop.value.partial.complete
