// What prune() tells of how far it is.
#include <set>
#include <string>
#include <vector>

#include "tests/pruning/prune_fixture.hpp"

namespace sprig {
namespace {

struct Told {
  double fraction;
  std::string what;
};

// Every call of one run.
std::vector<Told> told_by(const Network& network, const PruneOptions& options, int threads = 1) {
  std::vector<Told> told;
  prune(network, uneven_noise(network.size()), on_cpu(threads), options, [&](double fraction, const std::string& what) {
    told.push_back({fraction, what});
    return true;
  });
  return told;
}

std::set<double> fractions_of(const std::vector<Told>& told, const std::string& part) {
  std::set<double> fractions;
  for (const Told& t : told)
    if (t.what == part) fractions.insert(t.fraction);
  return fractions;
}

void expect_truthful(const std::vector<Told>& told) {
  ASSERT_FALSE(told.empty());
  EXPECT_LT(told.front().fraction, 0.01);
  EXPECT_EQ(told.back().fraction, 1);
  for (std::size_t k = 1; k < told.size(); ++k)
    ASSERT_GE(told[k].fraction, told[k - 1].fraction) << told[k - 1].what << ", then " << told[k].what;
}

PruneOptions each_step_once() {
  PruneOptions options = quick_options();
  options.delocalise.enabled = true;
  options.delocalise.vectors = 5;
  options.seed = 2;  // whose last round draws fewer synapses than its target: there is room for some
  options.neuron_fraction = 0.2;
  options.timescales.evaluations = 6;
  options.timescales.initial = 4;
  options.timescales.batch = 3;
  options.timescales.lambda_target = 0;
  return options;
}

TEST(PruneProgress, RisesFromZeroToOneThroughEveryStep) {
  const Network network = small_network(80, 0.2);
  for (const int threads : {1, 3}) {  // candidates of step IV side by side
    const std::vector<Told> told = told_by(network, each_step_once(), threads);
    expect_truthful(told);
    for (const char* part :
         {"spectrum before", "round 1/3", "round 2/3", "round 3/3", "delocalisation", "time constants"})
      EXPECT_GT(fractions_of(told, part).size(), 3u) << part;
  }
}

TEST(PruneProgress, OfAMatchedControlGivesTheRoundsOfBothMethodsTheirShares) {
  PruneOptions options = quick_options(PruneMethod::random_by_sign);
  options.spectra = false;
  const std::vector<Told> told = told_by(small_network(), options);
  expect_truthful(told);
  const std::set<double> matched = fractions_of(told, "lnp: round 1/3"), own = fractions_of(told, "round 1/3");
  ASSERT_FALSE(matched.empty());
  ASSERT_FALSE(own.empty());
  EXPECT_EQ(*matched.begin(), 0);
  EXPECT_GT(*own.begin(), 0.5) << "draws are less work than the scores of lnp";
}

}  // namespace
}  // namespace sprig
