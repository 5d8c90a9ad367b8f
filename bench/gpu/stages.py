"""The stages of `./dev gpu run`, as data: the steps of each, what they run and for how many seconds at most.

A stage is a list of groups; the steps of a group run side by side, the groups one after the other. In a command
{programs}/NAME is one of sprig's programs, {json} the file where it leaves its result and {folder} a folder of its own;
{ncu} and {compute-sanitizer} are tools of the CUDA toolkit. `rehearsed` is added to the command in a rehearsal, where the
device is emulated and a step must be small: options that come later win.
"""
from typing import NamedTuple


class Step(NamedTuple):
    name: str
    limit_s: int
    command: tuple
    result: str = ""  # what {json} is: "gtest", "bench" (sprig's result.json), "benchmark" (Google Benchmark's), or none
    rehearsed: tuple = ()
    log: str = "log.txt"  # the file of the results folder that its output is added to


def gtest(name, limit_s, tests, rehearsed=None):
    command = ("{programs}/test_kernels_gpu", "--gtest_output=json:{json}", "--gtest_filter=" + tests)
    return Step(name, limit_s, command, "gtest", (f"--gtest_filter={rehearsed}",) if rehearsed else ())


def settings(words):
    return tuple(word for key in words.split() for word in ("--set", key))


SHORT = "bench.duration_ms=4 bench.warmup_ms=2 bench.repeats=1 "


def bench(name, limit_s, network, keys="", rehearsed=""):
    command = ("{programs}/sprig", "bench", network, *settings(keys), "--device", "cuda", "--quiet", "--out", "{folder}")
    return Step(name, limit_s, command, "bench", settings(SHORT + rehearsed))


def ladder(name, limit_s, rungs, rehearsed):
    command = ("{programs}/bench_ladder", "--benchmark_filter=" + rungs, "--benchmark_out={json}",
               "--benchmark_out_format=json")
    return Step(name, limit_s, command, "benchmark", (f"--benchmark_filter={rehearsed}", "--size=0.01", "--steps=20"))


def sanitizer(name, limit_s, tool, tests):
    # A test asks for more memory than there is and expects the error: memcheck would report it as one of the program.
    options = ("--report-api-errors", "no") if tool == "memcheck" else ()
    command = ("{compute-sanitizer}", "--tool", tool, *options, "--error-exitcode", "1", "{programs}/test_kernels_gpu",
               "--gtest_output=json:{json}", "--gtest_filter=" + tests)
    return Step(name, limit_s, command, "gtest", log="sanitizer.txt")


# Each of these suites is a process with a context of its own: a device error takes down its own process only.
SMOKE = [
    [gtest("resident", 60, "*GpuResident*", "All/GpuResident.*/1")],
    [gtest("resident-kernel", 60, "ResidentKernel*:ResidentSplit*:DrawKernels*:NearRows*", "NearRows*")],
    [gtest("engine", 60, "*GpuEngine*", "All/GpuEngine.*/1:GpuEngineOnce.StateMoves*"),
     gtest("placed", 40, "*GpuPlaced*:*GpuCovariance*:*GpuBetweenness*",
          "All/GpuPlaced.*/0:Strengths/GpuCovariance*:Graphs/GpuBetweenness.*/1"),
     gtest("plastic", 60, "*GpuPlastic*", "All/GpuPlastic.*/0"),
     gtest("stimuli", 30, "*GpuStimuli*", "All/GpuStimuli.*/0")],
    [gtest("competitive", 60, "Small/GpuCompetitive*:Large/GpuCompetitive*:GpuCompetitiveOnce*", "Small/GpuCompetitive.*/0"),
     gtest("event-times", 30, "*GpuEventTimes*", "Small/GpuEventTimes.*/0"),
     gtest("bptt", 30, "*GpuBptt*", "Small/GpuBptt.*/0")],
    [gtest("tangent", 40, "*GpuTangent*:*GpuQr*:*TangentKernels*:TangentHelpers*:GpuSpectrum*",
           "All/GpuTangent.*/0:GpuQr.ACollapsed*"),
     gtest("devices", 40, "GpuDevices*")],
]

MICRO = [
    [bench("microcircuit", 60, "microcircuit", rehearsed="bench.size=0.01")],
    [bench("microcircuit-dc", 60, "microcircuit", "bench.background=dc", "bench.size=0.01")],
    [bench("microcircuit-plain", 40, "microcircuit", "run.cuda_engine=plain bench.duration_ms=2000", "bench.size=0.01")],
]

# Counters of one launch of the resident kernel: issue slots, stalls, hit rates. Clocks are left as they are.
NCU = [[Step("ncu", 40, ("{ncu}", "--section", "SpeedOfLight", "--section", "WarpStateStats", "--section",
                         "MemoryWorkloadAnalysis", "--section", "LaunchStats", "--clock-control", "none",
                         "-k", "regex:resident_kernel", "--launch-skip", "1", "--launch-count", "1",
                         "{programs}/sprig", "bench", "microcircuit", *settings("bench.duration_ms=200 bench.repeats=1"),
                         "--device", "cuda", "--quiet", "--out", "{folder}"), log="ncu.txt")]]

LADDER = [[ladder("ladder", 90, "^ladder/", "^ladder/(1|5)_")]]

# The sizes that bench/results has from the CPU come first: their hashes are compared.
NETS = [
    [bench("vogels", 20, "vogels")],
    [bench("brunel", 20, "brunel", rehearsed="bench.duration_ms=1 bench.warmup_ms=1")],
    [bench("brunel-large-1e8", 40, "brunel-large", "bench.synapses=1e8", "bench.synapses=2e4")],
    [bench("brunel-large", 40, "brunel-large", "bench.synapses=3e9", "bench.synapses=2e4")],
    [bench("vogels-large-1e8", 40, "vogels-large", "bench.synapses=1e8", "bench.synapses=2e4")],
    [bench("vogels-large", 40, "vogels-large", "bench.synapses=3e9", "bench.synapses=2e4")],
    [bench("brunel-plus-2e7", 40, "brunel-plus", "bench.synapses=2e7", "bench.synapses=2e4")],
    [bench("brunel-plus-1e8", 40, "brunel-plus", "bench.synapses=1e8 bench.repeats=2", "bench.synapses=2e4")],
    [bench("hrsnn", 40, "hrsnn", "", "bench.neurons=[50] bench.batch=[1,4] bench.prune=random")],
    [bench("sweep", 60, "sweep", "", "bench.neurons=[200] bench.synapses_a_neuron=[20] bench.rates_hz=[10] "
           "bench.batch=[1]")],
]

CHOSEN = "All/GpuResident.*/3:All/GpuEngine.*/9:All/GpuEngine.*/23:All/GpuPlastic.*/0:Small/GpuBptt.*/1"
SANITIZE = [
    [sanitizer("memcheck", 40, "memcheck", CHOSEN + ":Small/GpuCompetitive.*/3")],
    [sanitizer("memcheck-tangent", 40, "memcheck", "*/GpuTangent.*/0")],
    [sanitizer("racecheck", 40, "racecheck", "All/GpuResident.*/3:Small/GpuCompetitive.*/0:Small/GpuCompetitive.*/3:"
               "Small/GpuCompetitive.*/9")],
    [sanitizer("synccheck", 30, "synccheck", CHOSEN)],
    [sanitizer("initcheck", 30, "initcheck", "All/GpuEngine.*/9:All/GpuPlastic.*/0:Small/GpuBptt.*/1")],
]

REST = [
    [gtest("beyond-shared-memory", 90, "BeyondSharedMemory/GpuCompetitive*", "BeyondSharedMemory/GpuCompetitive.*/0")],
    [Step("a-thousand-runs", 60, ("{programs}/test_kernels_gpu", "--gtest_repeat=10", "--gtest_output=json:{json}",
                                  "--gtest_filter=GpuResidentOnce.AHundredRunsHaveOneHash"), "gtest",
          ("--gtest_repeat=1", "--gtest_filter=All/GpuResident.*/0"))],
    [ladder("choice", 120, "^choice/", "^choice/plan/")],
    [bench("brunel-plus", 90, "brunel-plus", "bench.synapses=8e8 bench.repeats=2", "bench.synapses=2e4")],
]

STAGES = {
    "smoke": SMOKE,        # the CPU's bits on the device
    "micro": MICRO,        # the cortical microcircuit, and its hash
    "ncu": NCU,
    "ladder": LADDER,      # every rung of bench/kernels
    "nets": NETS,          # the other standard networks
    "sanitize": SANITIZE,  # a short list under compute-sanitizer
    "rest": REST,
}
