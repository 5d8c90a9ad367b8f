// prune() goes on from every state that it keeps, to the same bits.
#include <gtest/gtest.h>

#include <functional>
#include <mutex>
#include <string>
#include <vector>

#include "sprig/core/error.hpp"
#include "tests/pruning/prune_fixture.hpp"
#include "tests/support/memory_checkpoints.hpp"
#include "tests/support/persists_all.hpp"

namespace sprig {
namespace {

using States = std::map<std::string, std::vector<char>>;

// Remembers what there was after each time that something was kept; candidates of step IV keep from several threads.
class Snapshots : public test::MemoryCheckpoints {
 public:
  bool due(const std::string& name) override {
    const std::lock_guard lock(mutex_);
    return stopping || MemoryCheckpoints::due(name);
  }
  void keep(const std::string& name, const std::function<void(Writer&)>& write) override {
    const std::lock_guard lock(mutex_);
    MemoryCheckpoints::keep(name, write);
    after.emplace_back(name, states);
  }
  bool restore(const std::string& name, const std::function<void(Reader&)>& read) override {
    const std::lock_guard lock(mutex_);
    return MemoryCheckpoints::restore(name, read);
  }
  void drop(const std::string& name) override {
    const std::lock_guard lock(mutex_);
    MemoryCheckpoints::drop(name);
  }

  void stands(const std::string& name, std::function<void(Writer&)> write) override {
    EXPECT_FALSE(standing) << name;
    standing = std::move(write);
  }
  void moves(const std::string&) override { standing = nullptr; }

  bool stopping = false;
  std::vector<std::pair<std::string, States>> after;
  std::function<void(Writer&)> standing;

 private:
  std::mutex mutex_;
};

constexpr char kWork[] = "prune";
constexpr std::size_t kNever = std::size_t{1} << 60;

PruneResult pruned_with(const std::shared_ptr<Snapshots>& store, const PruneOptions& options,
                        const SimulationOptions& simulation, const Progress& progress = {}) {
  const Network network = small_network(70, 0.2);
  return prune(network, uneven_noise(network.size()), simulation, options, progress, {store, kWork});
}

// All that a result says, as bytes.
std::vector<char> bytes_of(const PruneResult& r) {
  std::vector<char> bytes;
  Writer writer([&](const void* data, std::size_t size) {
    bytes.insert(bytes.end(), static_cast<const char*>(data), static_cast<const char*>(data) + size);
  });
  writer(network_hash(r.network), r.kept, r.neurons_before, r.neurons_after, r.synapses_before, r.synapses_after,
         r.excitatory_before, r.excitatory_after, r.factor_excitatory, r.factor_inhibitory, r.rounds, r.before, r.after,
         r.delocalisation, r.timescales, r.before_failure, r.after_failure, r.guards, r.stopped_early);
  return bytes;
}

std::size_t states_of_the_whole(const Snapshots& store) {
  return static_cast<std::size_t>(
      std::count_if(store.after.begin(), store.after.end(), [](const auto& kept) { return kept.first == kWork; }));
}

// bytes_of() reads what a state reads: what that leaves out, both leave out.
TEST(PruneCheckpoints, StructsOfNumbersAreWhole) {
  test::expect_persists_all<TimescaleObjective>();
  test::expect_persists_all<CovarianceUse>();
  test::expect_persists_all<PruneGuards>();
  test::expect_persists_all<StepCost>();
}

// Keeps at every boundary, then goes on from each; of the many within spectra, from some.
void expect_goes_on_from_each(const PruneOptions& options, std::size_t least_states) {
  const auto all = std::make_shared<Snapshots>();
  const std::vector<char> kept = bytes_of(pruned_with(all, options, on_cpu()));
  EXPECT_EQ(kept, bytes_of(pruned_with(nullptr, options, on_cpu())));
  EXPECT_GE(states_of_the_whole(*all), least_states);
  constexpr std::size_t kSomeParts = 9;
  for (std::size_t n = 0; n < all->after.size(); ++n) {
    const auto& [name, states] = all->after[n];
    if (name != kWork && n % kSomeParts != 0) continue;
    const auto from = std::make_shared<Snapshots>();
    from->states = states;
    from->every = kNever;
    const SimulationOptions other = n % 2 == 0 ? on_cpu(2) : on_cpu(1, 3);
    ASSERT_EQ(bytes_of(pruned_with(from, options, other)), kept) << "state " << n << ", of " << name;
    EXPECT_GE(from->restored, 1u);
  }
}

PruneOptions every_step() {
  PruneOptions options = quick_options();
  options.rounds = 4;
  options.delocalise.enabled = true;
  options.delocalise.vectors = 5;
  options.delocalise.budget = 0.05;
  options.neuron_fraction = 0.2;
  options.timescales.evaluations = 6;
  options.timescales.initial = 4;
  options.timescales.batch = 3;
  options.timescales.lambda_target = 0;
  return options;
}

TEST(PruneCheckpoints, GoesOnFromEachStateOfTheRoundsAndOfStepsThreeAndFour) {
  PruneOptions options = every_step();
  for (options.seed = 1; options.seed < 40; ++options.seed) {  // one whose steps both do something
    const PruneResult whole = pruned_with(nullptr, options, on_cpu());
    if (whole.delocalisation.accepted && whole.timescales.chosen != TimescaleSearch::kUnchanged) break;
  }
  ASSERT_LT(options.seed, 40u);
  expect_goes_on_from_each(options, 4 + 2 + 6);
}

TEST(PruneCheckpoints, GoesOnFromEachStateWhereStepThreeIsRolledBack) {
  PruneOptions options = every_step();
  options.timescales.evaluations = 0;
  options.lyapunov.noise = 0.3;
  options.delocalise.lambda_bound = -10;  // so that it is the bound of the dense network that counts
  for (options.seed = 1; options.seed < 20; ++options.seed)
    if (pruned_with(nullptr, options, on_cpu()).delocalisation.rejected > 0) break;
  ASSERT_LT(options.seed, 20u);
  expect_goes_on_from_each(options, 4 + 2);
}

TEST(PruneCheckpoints, GoesOnFromEachStateOfAMatchedControl) {
  PruneOptions options = quick_options(PruneMethod::random_by_sign);
  options.neuron_fraction = 0.2;
  expect_goes_on_from_each(options, 3 + 3);
}

TEST(PruneCheckpoints, GoesOnFromEachStateOfMeasuredAndOfStructuralMethods) {
  for (const PruneMethod method :
       {PruneMethod::noise_empirical, PruneMethod::betweenness_low, PruneMethod::none, PruneMethod::dense}) {
    PruneOptions options = quick_options(method);
    options.activity_ms = 400;
    options.neuron_fraction = 0.3;
    expect_goes_on_from_each(options, 2);
  }
}

TEST(PruneCheckpoints, GoesOnWithinTheSpectrumOfARound) {
  PruneOptions options = quick_options();
  options.rounds = 2;
  options.per_neuron = PerNeuron::frame;
  options.lyapunov.exponents = 0;
  expect_goes_on_from_each(options, 2);
}

// Stopped again and again, each time a little later, with other threads and slices.
void expect_survives_stops(const PruneOptions& options) {
  const std::vector<char> whole = bytes_of(pruned_with(nullptr, options, on_cpu()));
  const auto store = std::make_shared<Snapshots>();
  store->every = kNever;
  int stops = 0;
  for (;; ++stops) {
    ASSERT_LT(stops, 2000);
    int left = 3 + 10 * stops;
    store->stopping = false;
    const Progress progress([&](double) {
      store->stopping = --left < 0;
      return !store->stopping;
    });
    try {
      const PruneResult result = pruned_with(store, options, stops % 2 == 0 ? on_cpu(1) : on_cpu(3, 2), progress);
      ASSERT_EQ(bytes_of(result), whole) << stops << " stops";
      break;
    } catch (const Interrupted&) {
    }
  }
  EXPECT_GT(stops, 5);
}

TEST(PruneCheckpoints, AStopAnywhereLeavesAStateThatGoesOn) {
  expect_survives_stops(every_step());
  PruneOptions options = quick_options(PruneMethod::random_by_sign);
  options.score = ScoreVariant::w;
  options.neuron_fraction = 0.2;
  expect_survives_stops(options);
}

TEST(PruneCheckpoints, AStopWithinARoundKeepsTheLastWholeOne) {
  const PruneOptions options = quick_options();
  const auto store = std::make_shared<Snapshots>();
  store->every = kNever;
  const Progress progress = stop_in("round 3/3", 1);
  const Progress stop([&](double fraction, const std::string& what) {
    store->stopping = !progress(fraction, what);
    return !store->stopping;
  });
  EXPECT_THROW(pruned_with(store, options, on_cpu(), stop), Interrupted);
  store->stopping = false;
  std::vector<std::string> told;
  pruned_with(store, options, on_cpu(), Progress([&](double, const std::string& what) {
                if (told.empty() || told.back() != what) told.push_back(what);
                return true;
              }));
  EXPECT_EQ(told, (std::vector<std::string>{"round 3/3", "spectrum after", ""}));
}

// What somebody else keeps while work cannot ask is what the work itself would have kept.
TEST(PruneCheckpoints, GoesOnFromWhatStandsWhereverThatIs) {
  for (const bool drawn : {true, false}) {
    PruneOptions options = drawn ? quick_options() : quick_options(PruneMethod::random_by_sign);
    options.neuron_fraction = 0.2;
    const std::vector<char> whole = bytes_of(pruned_with(nullptr, options, on_cpu()));
    const auto store = std::make_shared<Snapshots>();
    store->every = kNever;
    std::vector<std::vector<char>> states;
    pruned_with(store, options, on_cpu(), Progress([&](double) {
                  if (!store->standing) return true;
                  std::vector<char> state;
                  Writer writer([&](const void* data, std::size_t size) {
                    state.insert(state.end(), static_cast<const char*>(data), static_cast<const char*>(data) + size);
                  });
                  store->standing(writer);
                  if (states.empty() || states.back() != state) states.push_back(std::move(state));
                  return true;
                }));
    EXPECT_FALSE(store->standing);
    EXPECT_GE(states.size(), options.rounds);
    for (const std::vector<char>& state : states) {
      const auto from = std::make_shared<Snapshots>();
      from->every = kNever;
      from->states[kWork] = state;
      EXPECT_EQ(bytes_of(pruned_with(from, options, on_cpu(2))), whole);
      EXPECT_EQ(from->restored, 1u);
    }
  }
}

// A bit for a synapse that was given, eight bytes for one that was drawn, besides what is by neuron.
TEST(PruneCheckpoints, AStateHasAtMostTwelveBytesASynapse) {
  const Network network = small_network(300, 0.5);
  for (const PruneMethod method : {PruneMethod::weight, PruneMethod::random, PruneMethod::magnitude}) {
    PruneOptions options = quick_options(method);
    options.spectra = false;
    const auto store = std::make_shared<Snapshots>();
    const PruneResult result = prune(network, uneven_noise(network.size()), on_cpu(), options, {}, {store, kWork});
    const double by_neuron = 12.0 * network.size() + 1000, bits = static_cast<double>(network.recurrent.synapses()) / 8;
    const double drawn = method == PruneMethod::weight ? 8.0 * static_cast<double>(result.synapses_after) : 0;
    EXPECT_LE(static_cast<double>(store->states.at(kWork).size()), by_neuron + bits + drawn);
  }
}

TEST(PruneCheckpoints, PartsGoWhenTheWholeIsPastThem) {
  const auto store = std::make_shared<Snapshots>();
  pruned_with(store, every_step(), on_cpu());
  for (const auto& [name, state] : store->states)
    EXPECT_TRUE(name == kWork || name.starts_with("prune.after")) << name << " is left";
}

TEST(PruneCheckpoints, AStateOfAnotherNetworkIsRefused) {
  const auto store = std::make_shared<Snapshots>();
  store->every = kNever;
  store->stopping = true;
  const PruneOptions options = quick_options(PruneMethod::random);
  const Network small = small_network(20, 0.2), large = small_network(70, 0.2);
  EXPECT_THROW(prune(large, {}, on_cpu(), options, stop_in("round 3/3", 0), {store, kWork}), Interrupted);
  EXPECT_THROW(prune(small, {}, on_cpu(), options, {}, {store, kWork}), InputError);
}

}  // namespace
}  // namespace sprig
