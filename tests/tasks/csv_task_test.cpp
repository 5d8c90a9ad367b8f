// A series from the user's own file, forecast like any other.
#include <cmath>
#include <functional>
#include <string>

#include <gtest/gtest.h>

#include "sprig/core/error.hpp"
#include "sprig/tasks/forecast.hpp"
#include "tests/support/temporary_folder.hpp"
#include "tests/tasks/task_fixture.hpp"

namespace sprig {
namespace {

using test::TemporaryFolder;
using test::write_raw;

class CsvTask : public ::testing::Test {
 protected:
  // Two noisy waves, 1060 rows.
  std::string waves(const std::function<double(int, double)>& second = [](int, double y) { return y; }) {
    std::string text = "t,x,y\n";
    for (int k = 0; k < 1060; ++k) {
      const double x = std::sin(0.3 * k) + 0.1 * test::test_uniform(3, k, 0), y = std::cos(0.3 * k);
      text += std::to_string(k) + "," + std::to_string(x) + "," + std::to_string(second(k, y)) + "\n";
    }
    return text;
  }
  ForecastOptions options(const std::string& text) {
    write_raw(path_, text);
    ForecastOptions o = test::short_forecast();  // 60 + 500 + 200 + 300 rows
    o.system = "csv";
    o.file = path_;
    o.columns = {"x", "y"};
    return o;
  }
  std::string task_refusal(const ForecastOptions& o) {
    try {
      evaluate_forecast(test::task_network(10), {}, test::on_cpu(), o, 1);
    } catch (const InputError& error) {
      return error.what();
    }
    return "(accepted)";
  }

  TemporaryFolder folder_;
  std::string path_ = folder_.file("data.csv");
};

TEST_F(CsvTask, IsForecastAndCountsValidTimesInSamples) {
  const ForecastScore score = evaluate_forecast(test::task_network(), {}, test::on_cpu(), options(waves()), 3);

  EXPECT_LT(score.nrmse, 0.5);
  EXPECT_TRUE(score.vpt_in_samples);
  for (const double v : score.vpt_each) EXPECT_EQ(v, std::round(v));
  EXPECT_LE(score.vpt, 30);
  EXPECT_FALSE(evaluate_forecast(test::task_network(20), {}, test::on_cpu(), test::short_forecast(), 3).vpt_in_samples);
}

TEST_F(CsvTask, IsSplitInTime) {
  // What comes after the training part does not change what the readout is told of it: the scale and the choice.
  const ForecastOptions o = options(waves());
  const double before = evaluate_forecast(test::task_network(), {}, test::on_cpu(), o, 3).validation_nrmse;
  options(waves([](int k, double y) { return k < 760 ? y : 5 * y + 7; }));  // rows of the test part alone

  EXPECT_EQ(evaluate_forecast(test::task_network(), {}, test::on_cpu(), o, 3).validation_nrmse, before);
}

TEST_F(CsvTask, TooFewRowsSayHowManyAreNeeded) {
  ForecastOptions o = options(waves());
  o.test = 301;
  EXPECT_EQ(task_refusal(o), path_ +
                                 ": has 1060 rows of numbers, must have at least 1061: task.washout + train + "
                                 "validation + test, one after the other in time");
  EXPECT_NE(task_refusal(options("t,x,y\n1,2,3\n")).find("has 1 rows of numbers, must have at least 1060"),
            std::string::npos);
}

TEST_F(CsvTask, AConstantColumnIsNamedWithItsPart) {
  const auto constant = [this](int first, int last) {
    return task_refusal(options(waves([=](int k, double y) { return k >= first && k < last ? 4.0 : y; })));
  };

  EXPECT_NE(constant(60, 560).find("channel 1 is constant over the training part, rows 61 to 560"), std::string::npos);
  EXPECT_NE(constant(560, 760).find("over the validation part, rows 561 to 760"), std::string::npos);
  EXPECT_NE(constant(760, 1060).find("over the test part, rows 761 to 1060"), std::string::npos);
  EXPECT_NE(constant(61, 560).find("channel 1 is constant in its targets over the training part, rows 66 to 560"),
            std::string::npos);
  EXPECT_EQ(constant(61, 559), "(accepted)");
}

}  // namespace
}  // namespace sprig
