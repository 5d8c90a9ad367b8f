// What models of competitive learning hold, counted by every allocation, against what the plan says.
#include <gtest/gtest.h>
#include <malloc.h>

#include <atomic>
#include <cstdlib>
#include <new>

#include "host/app/learn/plan.hpp"
#include "sprig/tasks/competitive_protocol.hpp"

namespace {

std::atomic<std::int64_t> live{0}, peak{0};

void* count(void* place) {
  if (place == nullptr) throw std::bad_alloc();
  const auto size = static_cast<std::int64_t>(malloc_usable_size(place));
  const std::int64_t now = live.fetch_add(size) + size;
  for (std::int64_t most = peak; now > most && !peak.compare_exchange_weak(most, now);) {
  }
  return place;
}
void release(void* place) noexcept {
  if (place != nullptr) live -= static_cast<std::int64_t>(malloc_usable_size(place));
  std::free(place);
}

}  // namespace

void* operator new(std::size_t size) { return count(std::malloc(size)); }
void* operator new[](std::size_t size) { return count(std::malloc(size)); }
void operator delete(void* place) noexcept { release(place); }
void operator delete[](void* place) noexcept { release(place); }
void operator delete(void* place, std::size_t) noexcept { release(place); }
void operator delete[](void* place, std::size_t) noexcept { release(place); }

namespace sprig::app {
namespace {

struct Held {
  double planned, measured;
};

// By a run of this configuration through its only stage, without the images.
Held held(const Config& config, const LearnImages& images, ModelSection section = ModelSection::learn) {
  const std::int64_t before = live;
  peak = before;
  LearnModels models = learn_models(config, images, section);
  std::vector<Learner*> learners;
  for (Learner& learner : models.learners) learners.push_back(&learner);
  run_stage(learners, images.scored(), Vote::all_activity, Device::cpu, config.simulation.threads, {});
  const double measured = static_cast<double>(peak - before);
  return {plan_learning(config, images, 0, section).total(), measured};
}

Config few_images(std::uint32_t neurons, std::uint32_t steps, std::uint64_t scored, int threads) {
  Config config;
  config.simulation.device = Device::cpu;
  config.simulation.threads = threads;
  config.learn.model.neurons = neurons;
  config.learn.model.steps = steps;
  config.learn.protocol.train = config.learn.protocol.label = 60;
  config.learn.protocol.test = scored;
  return config;
}

double image_bytes(const LearnImages& images) {
  return static_cast<double>(images.train.data.size() + images.test.data.size());
}

TEST(LearnMemory, AModelTakesWhatThePlanSays) {
  Config config = few_images(400, 350, 100, 2);
  const LearnImages images(config.learn);
  for (const CompetitiveRule rule : {CompetitiveRule::pair, CompetitiveRule::asp, CompetitiveRule::spikedyn})
    for (const Inhibition inhibition : {Inhibition::direct, Inhibition::population}) {
      config.learn.model.rule = rule;
      config.learn.model.inhibition = inhibition;
      config.learn.seeds = 2;
      const Held few = held(config, images);
      config.learn.seeds = 6;
      const Held many = held(config, images);
      const double planned = (many.planned - few.planned) / 4, measured = (many.measured - few.measured) / 4;
      EXPECT_GT(planned, 2 * 784 * 400 * 4);
      EXPECT_NEAR(measured, planned, 0.1 * planned) << static_cast<int>(rule) << static_cast<int>(inhibition);
    }
}

// Packed codes, and the numbers that they are while they learn.
TEST(LearnMemory, WeightsOfFewBitsTakeWhatThePlanSays) {
  Config config = few_images(1000, 40, 100, 1);
  config.learn.model.weight_bits = 4;
  const LearnImages images(config.learn);
  for (const RoundingTime time : {RoundingTime::update, RoundingTime::presentation})
    for (const std::uint32_t bits : {4u, 8u, 16u}) {
      config.learn.model.weight_rounds = time;
      config.learn.model.weight_bits = bits;
      config.learn.seeds = 6;
      const Held all = held(config, images);
      const double planned = all.planned - image_bytes(images),
                   numbers = time == RoundingTime::presentation ? 784 * 1000 * 4.0 : 0;  // of one thread
      EXPECT_GT(planned, 6 * 2.0 * 784 * 1000 * bits / 8 + numbers);
      EXPECT_NEAR(all.measured, planned, 0.1 * planned) << bits;
    }
}

TEST(LearnMemory, ALayeredModelTakesWhatThePlanSays) {
  Config config;
  config.simulation.device = Device::cpu;
  config.simulation.threads = 2;
  config.learn.protocol.train = config.learn.protocol.test = 256;
  const LearnImages images(config.learn);
  for (const std::uint32_t batch : {16u, 256u}) {
    config.layered.event_times.hidden = {400, 300};
    config.layered.event_times.batch = batch;
    const Held all = held(config, images, ModelSection::layered);
    const double planned = all.planned - image_bytes(images);
    EXPECT_GT(planned, 2 * 3 * 4 * (784 * 400 + 400 * 300 + 300 * 10));
    EXPECT_NEAR(all.measured, planned, 0.1 * planned) << batch;
  }
}

// One model that is scored in many pieces, whose spike counts are a third of what it takes.
TEST(LearnMemory, PiecesSideBySideAreInThePlan) {
  const Config config = few_images(2000, 10, 850, 16);
  const LearnImages images(config.learn);
  const Held all = held(config, images);
  const double planned = all.planned - image_bytes(images);
  EXPECT_GT(planned, 1.4 * 2 * 784 * 2000 * 4);
  EXPECT_NEAR(all.measured, planned, 0.1 * planned);
}

}  // namespace
}  // namespace sprig::app
