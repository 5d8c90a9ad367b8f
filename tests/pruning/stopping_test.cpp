// Long pieces of a round ask whether to go on, and stop wherever they are told to.
#include <gtest/gtest.h>

#include <functional>

#include "host/pruning/betweenness.hpp"
#include "host/pruning/choice.hpp"
#include "host/pruning/delocalise_step.hpp"
#include "host/pruning/gaussian_process.hpp"
#include "host/pruning/minimise.hpp"
#include "host/pruning/noise_prune.hpp"
#include "host/pruning/resistance.hpp"
#include "sprig/core/error.hpp"
#include "sprig/core/loop_poll.hpp"
#include "tests/pruning/prune_fixture.hpp"

namespace sprig {
namespace {

using Work = std::function<void(const Progress&)>;

// It asks at least so often, its fractions never fall, and it ends with each of its first answers that says so.
void expect_stops(const char* what, int least, const Work& work) {
  int asked = 0;
  double last = 0;
  work(Progress([&](double fraction) {
    EXPECT_GE(fraction, last) << what;
    last = fraction;
    ++asked;
    return true;
  }));
  EXPECT_GE(asked, least) << what;
  for (int n = 0; n < std::min(asked, 40); ++n) {
    int left = n;
    EXPECT_THROW(work(Progress([&](double) { return left-- > 0; })), Interrupted) << what << ", question " << n;
  }
}

TEST(Stopping, LongPiecesOfARoundAsk) {
  const Network network = small_network(200, 0.1);
  const Csr& csr = network.recurrent;
  PruneGuards guards;
  const std::vector<double> exponents(200, -0.1), decay(200, 0.05), scores(csr.synapses(), 0.3);
  const std::vector<double> weights(csr.weights.begin(), csr.weights.end());
  for (const bool weighted : {false, true}) {
    expect_stops("betweenness", 200, [&](const Progress& p) { betweenness(csr, weighted, 1, p); });
    expect_stops("edge betweenness", 200, [&](const Progress& p) { edge_betweenness(csr, weighted, 1, p); });
  }
  expect_stops("resistance", 10, [&](const Progress& p) { effective_resistance(csr, p); });
  expect_stops("Lyapunov matrix", 200, [&](const Progress& p) { lyapunov_matrix(csr, exponents, 1e-4, guards, 1, p); });
  expect_stops("linear system", 3, [&](const Progress& p) { noise_system(csr, weights, decay, 0.05, guards, 1, p); });
  expect_stops("scale", 10, [&](const Progress& p) { keep_scale(scores, 100, p); });
  expect_stops("leading eigenvectors", 20,
               [&](const Progress& p) { leading_eigenpairs(small_network(300), 5, 1, 1, p); });
}

TEST(Stopping, AChoiceOfMillionsAsks) {
  std::vector<double> values(2000000);
  for (std::size_t k = 0; k < values.size(); ++k) values[k] = static_cast<double>((k * 7919) % 100003);
  expect_stops("choice", 2, [&](const Progress& p) {
    keep_highest(
        values, values.size() / 2, [](std::uint64_t k) { return k; }, p);
  });
}

TEST(Stopping, ASearchAsksWhileItChoosesCandidates) {
  MinimiseOptions options;
  options.evaluations = 10;
  options.initial = 8;
  expect_stops("candidates", 100, [&](const Progress& p) {
    minimise([](std::size_t, const std::vector<double>& x) { return x[0]; }, {{0, 1, false}}, options, p);
  });
}

TEST(LoopPoll, AsksBeforeEveryNthPieceAndEndsAllThreads) {
  int asked = 0;
  const Progress progress([&](double) { return ++asked < 3; });
  LoopPoll poll("loop", progress, 100, 10);
  for (std::uint64_t n = 0; n < 20; ++n) poll(n);
  EXPECT_EQ(asked, 2);
  EXPECT_THROW(poll(20), Interrupted);
  EXPECT_THROW(poll(30), Interrupted);  // nobody is asked again
  EXPECT_EQ(asked, 3);
}

}  // namespace
}  // namespace sprig
