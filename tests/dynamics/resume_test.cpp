// A spectrum that goes on from a state is the one that nobody stopped, to the last bit.
#include <gtest/gtest.h>

#include "sprig/core/error.hpp"
#include "sprig/dynamics/contraction.hpp"
#include "sprig/dynamics/lyapunov.hpp"
#include "sprig/dynamics/probe.hpp"
#include "tests/dynamics/networks.hpp"
#include "tests/support/memory_checkpoints.hpp"

namespace sprig {
namespace {

using test::autonomous_network;
using test::AutonomousSpec;
using test::MemoryCheckpoints;
using test::on_cpu;

struct ResumeCase {
  const char* name;
  LyapunovMethod method;
  LifKind kind;
  double t_ref_ms, weight, renorm_ms;
  friend std::ostream& operator<<(std::ostream& out, const ResumeCase& c) { return out << c.name; }
};

Network network_of(const ResumeCase& c) {
  AutonomousSpec spec;
  spec.kind = c.kind;
  spec.t_ref_ms = c.t_ref_ms;
  spec.weight = c.weight;
  spec.min_delay = 3, spec.max_delay = 17;
  return autonomous_network(spec);
}

LyapunovOptions options_of(const ResumeCase& c) {
  LyapunovOptions options;
  options.method = c.method;
  options.exponents = 21;
  options.transient_ms = 30;
  options.tangent_transient_ms = 40;
  options.duration_ms = 60;
  options.renorm_ms = c.renorm_ms;
  return options;
}

void expect_same(const LyapunovResult& found, const LyapunovResult& expected, const std::string& which) {
  SCOPED_TRACE(which);
  EXPECT_TRUE(found.complete);
  EXPECT_EQ(found.exponents, expected.exponents);
  EXPECT_EQ(found.standard_errors, expected.standard_errors);
  EXPECT_EQ(found.per_neuron, expected.per_neuron);
  EXPECT_EQ(found.contraction, expected.contraction);
  EXPECT_EQ(found.condition, expected.condition);
  EXPECT_EQ(found.renorm_ms, expected.renorm_ms);
  EXPECT_EQ(found.mean_log_velocity_ratio, expected.mean_log_velocity_ratio);
  EXPECT_EQ(found.spikes, expected.spikes);
  EXPECT_EQ(found.guarded_spikes, expected.guarded_spikes);
  EXPECT_EQ(found.jump_spikes, expected.jump_spikes);
  EXPECT_EQ(found.averaged_ms, expected.averaged_ms);
}

class ResumedSpectrum : public ::testing::TestWithParam<ResumeCase> {
 protected:
  const Network network_ = network_of(GetParam());
  const LyapunovOptions options_ = options_of(GetParam());
  const LyapunovResult expected_ = lyapunov_spectrum(network_, {}, on_cpu(), options_);

  // Ends with the k-th question whether to go on, if it comes to that. Whether it was stopped.
  bool stopped_at(std::size_t k, int threads, const std::shared_ptr<MemoryCheckpoints>& store, LyapunovResult& result) {
    std::size_t asked = 0;
    const Progress progress([&](double) { return ++asked < k; });
    try {
      result = lyapunov_spectrum(network_, {}, on_cpu(threads), options_, {}, progress, Checkpoints(store, "lyapunov"));
      return false;
    } catch (const Interrupted&) {
      return true;
    }
  }
};

// In the transient, while the frame settles, within intervals and at their ends; on another number of threads.
TEST_P(ResumedSpectrum, FromEveryPieceIsTheOneThatNobodyStopped) {
  ASSERT_GT(expected_.spikes, 20u);
  LyapunovResult result;
  for (std::size_t k = 1;; ++k) {
    const auto store = std::make_shared<MemoryCheckpoints>();
    store->every = ~std::size_t{0};  // at the stop alone
    if (!stopped_at(k, 1, store, result)) {
      EXPECT_GT(k, 8u);
      break;
    }
    EXPECT_EQ(store->kept, k > 1 ? 1u : 0u);  // before anything is done there is nothing to keep
    const LyapunovResult rest =
        lyapunov_spectrum(network_, {}, on_cpu(3), options_, {}, {}, Checkpoints(store, "lyapunov"));
    EXPECT_EQ(store->restored, store->kept);
    expect_same(rest, expected_, "stopped at piece " + std::to_string(k));
  }
  expect_same(result, expected_, "not stopped");
}

TEST_P(ResumedSpectrum, AfterAChainOfStopsIsTheOneThatNobodyStopped) {
  const auto store = std::make_shared<MemoryCheckpoints>();
  LyapunovResult result;
  std::size_t stops = 0;
  while (stopped_at(2, 1 + static_cast<int>(stops % 3), store, result)) ASSERT_LT(++stops, 1000u);
  EXPECT_GT(stops, 15u);
  expect_same(result, expected_, std::to_string(stops) + " stops");
}

// Keeping changes nothing of what goes on, and a state that is read and kept again is the same bytes.
TEST_P(ResumedSpectrum, AStateThatIsKeptAgainIsTheSameBytes) {
  const auto store = std::make_shared<MemoryCheckpoints>();
  LyapunovResult result;
  ASSERT_TRUE(stopped_at(9, 1, store, result));
  const auto kept = store->states;
  ASSERT_EQ(kept.size(), 1u);
  ASSERT_TRUE(stopped_at(1, 2, store, result));
  EXPECT_EQ(store->states, kept);
}

INSTANTIATE_TEST_SUITE_P(
    All, ResumedSpectrum,
    ::testing::Values(
        ResumeCase{"saltation", LyapunovMethod::saltation, {}, 0, 0.3, 0},
        ResumeCase{"refractory", LyapunovMethod::saltation, {Synapse::exponential, 2, Reset::soft, false}, 2, 0.3, 5},
        ResumeCase{"delta", LyapunovMethod::saltation, {Synapse::delta, 1, Reset::hard, false}, 0, 0.1, 0},
        ResumeCase{"surrogate", LyapunovMethod::surrogate, {}, 1, 0.3, 0},
        ResumeCase{"surrogate_delta", LyapunovMethod::surrogate, {Synapse::delta, 1, Reset::hard, false}, 0, 0.1, 4}),
    [](const auto& instance) { return std::string(instance.param.name); });

// The same of the exponents of single neurons: stopped at each question in turn, and in a chain after so many questions
// each time, which is enough for a batch of probes.
template <class Measure, class Same>
void expect_goes_on(Measure measure, Same same, std::size_t questions, std::size_t least) {
  const auto expected = measure(1, Progress(), Checkpoints());
  std::size_t stops = 0;
  const auto chained = std::make_shared<MemoryCheckpoints>();
  for (std::size_t k = 1;; ++k) {
    for (const bool chain : {false, true}) {
      const auto store = chain ? chained : std::make_shared<MemoryCheckpoints>();
      store->every = ~std::size_t{0};
      std::size_t asked = 0;
      const Progress progress([&](double) { return ++asked < (chain ? questions : k); });
      try {
        same(measure(2, progress, Checkpoints(store, "exponents")), expected);
        if (chain) continue;
        EXPECT_GT(stops, least);
        return;
      } catch (const Interrupted&) {
        ++stops;
      }
      if (!chain) same(measure(3, Progress(), Checkpoints(store, "exponents")), expected);
    }
  }
}

TEST(ResumedExponents, OfContractionsAreThoseThatNobodyStopped) {
  const ResumeCase plain{"", LyapunovMethod::saltation, {}, 1, 0.3, 0};
  const Network network = network_of(plain);
  const LyapunovOptions options = options_of(plain);
  expect_goes_on(
      [&](int threads, const Progress& progress, const Checkpoints& checkpoints) {
        return contraction_exponents(network, {}, on_cpu(threads), options, {}, progress, checkpoints);
      },
      [](const ContractionResult& found, const ContractionResult& expected) {
        EXPECT_EQ(found.values, expected.values);
        EXPECT_EQ(found.spikes, expected.spikes);
        EXPECT_EQ(found.guarded_spikes, expected.guarded_spikes);
      },
      3, 5);
}

TEST(ResumedExponents, OfProbesAreThoseThatNobodyStopped) {
  const ResumeCase plain{"", LyapunovMethod::saltation, {}, 1, 0.3, 0};
  const Network network = network_of(plain);
  LyapunovOptions options = options_of(plain);
  options.probe_ms = 10;
  options.transient_ms = options.tangent_transient_ms = 5;
  options.duration_ms = 20;
  expect_goes_on(
      [&](int threads, const Progress& progress, const Checkpoints& checkpoints) {
        return probe_exponents(network, {}, on_cpu(threads), options, {}, progress, checkpoints);
      },
      [](const ProbeResult& found, const ProbeResult& expected) {
        EXPECT_EQ(found.values, expected.values);
        EXPECT_EQ(found.standard_errors, expected.standard_errors);
        EXPECT_EQ(found.spikes, expected.spikes);
        EXPECT_EQ(found.guarded_spikes, expected.guarded_spikes);
      },
      20, 5);
}

// A state of other work is not gone on from, whatever it would do.
TEST(ResumedSpectrumErrors, AStateThatDoesNotFitIsRefused) {
  const ResumeCase small{"", LyapunovMethod::saltation, {}, 0, 0.3, 0};
  const auto store = std::make_shared<MemoryCheckpoints>();
  std::size_t asked = 0;
  const Progress progress([&](double) { return ++asked < 9; });
  const Network network = network_of(small);
  EXPECT_THROW(
      lyapunov_spectrum(network, {}, on_cpu(), options_of(small), {}, progress, Checkpoints(store, "lyapunov")),
      Interrupted);
  AutonomousSpec spec;
  spec.neurons = 30;
  const auto with = [&](const Network& other, const LyapunovOptions& options) {
    return lyapunov_spectrum(other, {}, on_cpu(), options, {}, {}, Checkpoints(store, "lyapunov"));
  };
  EXPECT_THROW(with(autonomous_network(spec), options_of(small)), Error);
  LyapunovOptions fewer = options_of(small);
  fewer.exponents = 3;
  EXPECT_THROW(with(network, fewer), Error);
  LyapunovOptions shorter = options_of(small);
  shorter.transient_ms = 1, shorter.tangent_transient_ms = 0, shorter.duration_ms = 2;
  EXPECT_THROW(with(network, shorter), Error);
}

}  // namespace
}  // namespace sprig
