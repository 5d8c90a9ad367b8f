// Event times on a real device: the CPU's bits.
#include <gtest/gtest.h>

#include "tests/kernels/gpu_fixture.hpp"
#include "tests/learning/event_times_support.hpp"

namespace sprig::test {
namespace {

struct EventTimeCase {
  const char* name;
  std::vector<std::uint32_t> hidden;
  std::uint32_t batch, pixels, images;
  bool learning = true;
  double slope_limit = 0;
};
std::ostream& operator<<(std::ostream& to, const EventTimeCase& c) { return to << c.name; }

class GpuEventTimes : public OnGpu<::testing::TestWithParam<EventTimeCase>> {};

TEST_P(GpuEventTimes, GivesTheCpusBits) {
  const EventTimeCase& c = GetParam();
  EventTimeOptions options = small_event_times(c.hidden, c.batch);
  options.slope_limit = c.slope_limit;
  options.initial_mean = 0.3;  // so that some outputs are silent
  const LabelledPictures pictures(c.images, c.pixels);
  EventTimeState ours = initial_event_times(options, c.pixels, 4), cpus = ours;
  EventTimeImages a = pictures.work(options, ours, c.learning), b = pictures.work(options, cpus, c.learning);
  cuda::present_event_times(a);
  cpu::present_event_times(b, 1);
  EXPECT_EQ(numbers_of(ours), numbers_of(cpus));
  EXPECT_EQ(ours.steps, cpus.steps);
  EXPECT_EQ(a.answers, b.answers);
  EXPECT_EQ(a.spikes, b.spikes);
  EXPECT_EQ(a.operations.synaptic_events, b.operations.synaptic_events);
  EXPECT_GT(b.spikes, 0u);
}

INSTANTIATE_TEST_SUITE_P(Small, GpuEventTimes,
                         ::testing::Values(EventTimeCase{"one_layer", {20}, 4, 30, 14},
                                           EventTimeCase{"limited", {9, 33}, 5, 12, 10, true, 0.5},
                                           EventTimeCase{"answers", {20}, 4, 30, 9, false}));
INSTANTIATE_TEST_SUITE_P(Large, GpuEventTimes,
                         ::testing::Values(EventTimeCase{"mnist", {400}, 16, 784, 20},
                                           EventTimeCase{"wider_than_a_block", {600, 300}, 3, 100, 5}));

}  // namespace
}  // namespace sprig::test
