// Networks of [[population]] tables through the verbs, and the configurations of configs/networks.
#include <gtest/gtest.h>

#include "tests/app/program.hpp"

namespace sprig {
namespace {

constexpr const char* kDescribed = R"toml(
[run]
duration_ms = 300
[network]
step_ms = 0.5
[[population]]
name = "E"
size = 48
tau_m_ms = "gamma(3, 6.67)"
[[population]]
name = "I"
size = 12
tau_m_ms = 10
[[projection]]
from = "E"
to = ["E", "I"]
rule = "bernoulli(0.15)"
weight = "gamma(2, 0.1)"
[[projection]]
from = "I"
to = ["E", "I"]
rule = "fixed_in_degree(4)"
weight = -0.8
[[stimulus]]
kind = "dc"
amplitude = 1.2
[neuron]
tau_syn_exc_ms = 20.0
[lyapunov]
exponents = 8
transient_ms = 100
tangent_transient_ms = 50
duration_ms = 200
blocks = 4
[prune]
density = 0.4
neuron_fraction = 0.1
rounds = 2
activity_ms = 500
[task]
train = 120
validation = 60
test = 60
washout = 20
vpt_samples = 40
[study]
methods = ["dense", "lnp"]
densities = [0.5]
seeds = 1
variants = ["strong: projection.0.weight=gamma(2, 0.2)"]
)toml";

class DescribedNetworks : public Program {
 protected:
  void SetUp() override { test::write_raw(folder("two.toml"), kDescribed); }
  Outcome on(const std::string& verb, const std::string& out, const std::vector<std::string>& more = {}) {
    std::vector<std::string> arguments{verb, "--config", "two.toml", "--out", out, "--device", "cpu"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return run(arguments);
  }
};

TEST_F(DescribedNetworks, RunAndAreRunAgainFromTheirFolder) {
  const Outcome first = on("run", "first");
  ASSERT_EQ(first.code, 0) << first.err;
  const Json r = result("first");
  EXPECT_EQ(r["neurons"], 60);
  ASSERT_EQ(r["populations"].size(), 2u);
  EXPECT_EQ(r["populations"][0]["name"], "E");
  EXPECT_GT(r["spikes"], 0);

  const Outcome again = run({"run", "--config", "first/config.resolved.toml", "--out", "again", "--threads", "1"});
  ASSERT_EQ(again.code, 0) << again.err;
  EXPECT_EQ(result("again")["hash"], r["hash"]);
  ASSERT_EQ(on("run", "other", {"--set", "projection.1.weight=-0.9"}).code, 0);
  EXPECT_NE(result("other")["hash"], r["hash"]);
}

TEST_F(DescribedNetworks, ArePrunedByEveryKindOfMethodAndJudgedByTheSameConfiguration) {
  for (const char* method : {"lnp", "random_by_sign", "magnitude"}) {
    const Outcome outcome = on("prune", method, {"--set", std::string("prune.method=") + method});
    ASSERT_EQ(outcome.code, 0) << method << ": " << outcome.err;
    const Json r = result(method);
    EXPECT_LT(r["synapses_after"], r["synapses_before"]) << method;
  }
  const Outcome judged = on("lyapunov", "judged", {"--set", "network.file=lnp/network.npz"});
  ASSERT_EQ(judged.code, 0) << judged.err;
  EXPECT_EQ(result("judged")["neurons"], result("lnp")["neurons_after"]);
  const Outcome idle = on("lyapunov", "idle", {"--set", "network.file=lnp/network.npz", "--set", "network.gain=2"});
  EXPECT_EQ(idle.code, 3);
  EXPECT_NE(idle.err.find("network.gain: has no effect"), std::string::npos) << idle.err;
}

TEST_F(DescribedNetworks, AreTheRecurrentLayerOfAStudy) {
  const Outcome outcome = on("study", "study");
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_NE(outcome.out.find("strong"), std::string::npos) << outcome.out;
}

TEST_F(DescribedNetworks, WithAStimulusThatVariesRunButAreNotPruned) {
  const std::vector<std::string> varying{"--set", "stimulus.0.until_ms=100"};
  EXPECT_EQ(on("run", "varying", varying).code, 0);
  const Outcome pruned = on("prune", "refused", varying);
  EXPECT_EQ(pruned.code, 3);
  EXPECT_NE(pruned.err.find("stimulus.0."), std::string::npos) << pruned.err;
}

// Of 79 GB of state, which a plan is told that there are, and which the address space has not.
TEST_F(DescribedNetworks, ThatRunOutOfMemoryAreToldWhichOfTheirKeysToLower) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  GTEST_SKIP() << "sanitizers need more address space";
#endif
  test::write_raw(folder("large.toml"),
                  "[[population]]\nname = \"E\"\nsize = 300000\n[[projection]]\nfrom = \"E\"\nto = \"E\"\nrule = "
                  "\"bernoulli(1e-9)\"\nweight = 0.1\n");
  const std::string command = "cd " + folder_.path() +
                              " && ulimit -v 8000000 && SPRIG_MEMORY_BYTES=1e30 " SPRIG_BINARY
                              " run --config large.toml --device cpu --set run.duration_ms=1 --set run.replicas=65536 "
                              "--quiet --threads 1 --out large > stdout.txt 2> stderr.txt";
  const int status = std::system(command.c_str());
  EXPECT_EQ(WEXITSTATUS(status), 6);
  EXPECT_EQ(
      test::read_file(folder("stderr.txt")),
      "sprig: error: out of memory; lower a size of [[population]] or a rule of [[projection]], see sprig plan\n");
}

TEST_F(DescribedNetworks, ArePlannedBeforeAnythingIsMade) {
  const Outcome plan = run({"plan", "--config", SPRIG_SOURCE_DIR "/configs/networks/microcircuit.toml"});
  EXPECT_NE(plan.out.find("77169 neurons, 29888"), std::string::npos) << plan.out << plan.err;
  const Outcome small = run({"plan", "--config", "two.toml", "--out", "plan"});
  EXPECT_EQ(small.code, 0) << small.err;
  EXPECT_NEAR(result("plan")["synapses"].get<double>(), 0.15 * 48 * 60 + 4 * 60, 10);
}

}  // namespace
}  // namespace sprig
