// The formulas of STDP: rounding, bounds, traces, tables.
#include "sprig/neuron/stdp.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace sprig {
namespace {

TEST(Stdp, UpdatesRoundToTheNearestUnitAndStopAtTheBounds) {
  const StdpTables tables = stdp_tables(1.0, 0.1, 20, 0.2, 20, 1000);
  const StdpRule rule = tables.rule();

  EXPECT_EQ(stdp_units(100, 0.0049f, 1000), 0);
  EXPECT_EQ(stdp_units(100, 0.0051f, 1000), 1);
  EXPECT_EQ(stdp_units(100, 0.0149f, 1000), 1);
  EXPECT_EQ(stdp_units(100, 1e30f, 1000), 1000);  // never more than w_max
  EXPECT_EQ(stdp_potentiate(500, 1, rule), 600);
  EXPECT_EQ(stdp_potentiate(950, 1, rule), 1000);
  EXPECT_EQ(stdp_depress(500, 1, rule), 300);
  EXPECT_EQ(stdp_depress(150, 1, rule), 0);
}

TEST(Stdp, TheLargestWeightsDoNotOverflow) {
  const std::int32_t most = (1 << 30) - 1;
  const StdpTables tables = stdp_tables(0.1, 1, 20, 1, 20, most);
  const StdpRule rule = tables.rule();

  EXPECT_EQ(stdp_potentiate(most, 1e6f, rule), most);
  EXPECT_EQ(stdp_depress(0, 1e6f, rule), 0);
}

TEST(Stdp, ATraceIsTheSumOverItsSpikes) {
  const StdpTables tables = stdp_tables(0.5, 0.01, 10, 0.01, 10, 1 << 20);
  const StdpDecay decay = tables.rule().plus;
  StdpTrace trace;
  EXPECT_EQ(trace.after(), 0);
  EXPECT_EQ(trace.at(7, decay), 0);
  double sum = 0;
  std::uint64_t last = 0;
  for (const std::uint64_t stamp : {3u, 4u, 50u, 51u, 90u}) {
    sum = (last == 0 ? 0 : sum * std::exp(-0.05 * static_cast<double>(stamp - last)));
    EXPECT_NEAR(trace.at(stamp, decay), sum, 1e-6);

    trace.spike(stamp, decay);

    EXPECT_NEAR(trace.at(stamp, decay), sum, 1e-6);  // still before the spike
    sum += 1;
    EXPECT_NEAR(trace.after(), sum, 1e-6);
    last = stamp;
  }
}

// What the table leaves out could not have moved a weight, whatever the trains.
TEST(Stdp, TablesEndWhereNothingIsLeft) {
  for (const double gain : {0.3, 16.0, 1e6}) {
    const std::vector<real> table = stdp_decay_table(0.1, 20, gain);
    const double largest = 1 / -std::expm1(-0.1 / 20);
    const auto length = static_cast<double>(table.size() - 1);

    EXPECT_EQ(table.front(), real{1});
    EXPECT_EQ(table.back(), real{0});
    EXPECT_LT(gain * largest * std::exp(-length * 0.1 / 20), 0.5);
    EXPECT_GE(gain * largest * std::exp(-(length - 2) * 0.1 / 20), 0.5);
  }
}

}  // namespace
}  // namespace sprig
