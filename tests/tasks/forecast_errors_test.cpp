// Every bad option is refused under its own name.
#include <cmath>
#include <functional>

#include <gtest/gtest.h>

#include "host/tasks/forecast_options.hpp"
#include "sprig/core/error.hpp"
#include "sprig/tasks/forecast.hpp"
#include "tests/support/fields.hpp"
#include "tests/tasks/task_fixture.hpp"

namespace sprig {
namespace {

struct BadOption {
  const char* key;
  std::function<void(ForecastOptions&)> spoil;
};

const BadOption kBad[] = {
    {"task.system", [](ForecastOptions& o) { o.system = "lorentz63"; }},
    {"task.system", [](ForecastOptions& o) { o.system = ""; }},
    {"task.dt", [](ForecastOptions& o) { o.dt = 11; }},
    {"task.dt", [](ForecastOptions& o) { o.system = "ar2_season", o.dt = 1; }},
    {"task.file", [](ForecastOptions& o) { o.system = "csv"; }},
    {"task.dt", [](ForecastOptions& o) { o.dt = -0.1; }},
    {"task.dt", [](ForecastOptions& o) { o.dt = NAN; }},
    {"task.dt", [](ForecastOptions& o) { o.dt = INFINITY; }},
    {"task.dt", [](ForecastOptions& o) { o.dt = 1e-12; }},
    {"task.train", [](ForecastOptions& o) { o.train = 0; }},
    {"task.train", [](ForecastOptions& o) { o.train = ~0ull; }},
    {"task.train", [](ForecastOptions& o) { o.train = o.horizon; }},
    {"task.validation", [](ForecastOptions& o) { o.validation = 0; }},
    {"task.test", [](ForecastOptions& o) { o.test = 0; }},
    {"task.washout", [](ForecastOptions& o) { o.washout = 0; }},
    {"task.observed", [](ForecastOptions& o) { o.observed = {}; }},
    {"task.observed",
     [](ForecastOptions& o) {
       o.observed = {0, 3};
     }},
    {"task.observed",
     [](ForecastOptions& o) {
       o.observed = {1, 1};
     }},
    {"task.horizon", [](ForecastOptions& o) { o.horizon = 0; }},
    {"task.dt", [](ForecastOptions& o) { o.system = "narma10", o.dt = 1; }},
    {"task.observed",
     [](ForecastOptions& o) {
       o.system = "narma10", o.observed = {1};  // its target
     }},
    {"task.observed", [](ForecastOptions& o) { o.system = "copy"; }},  // the data without the cue
    {"task.washout", [](ForecastOptions& o) { o.system = "narma30", o.washout = 28; }},
    {"task.washout", [](ForecastOptions& o) { o.system = "memory_capacity", o.memory_lags = 61; }},
    {"task.memory_lags", [](ForecastOptions& o) { o.system = "memory_capacity", o.memory_lags = 0; }},
    {"task.memory_lags", [](ForecastOptions& o) { o.system = "memory_capacity", o.memory_lags = kMostMemory + 1; }},
    {"task.memory_delay", [](ForecastOptions& o) { o.system = "delayed_xor", o.memory_delay = 0; }},
    {"task.memory_delay", [](ForecastOptions& o) { o.system = "delayed_xor", o.memory_delay = ~0u; }},
    {"task.copy_length",
     [](ForecastOptions& o) {
       o.system = "copy", o.observed = {0, 1}, o.copy_length = 0;
     }},
    {"task.validation",
     [](ForecastOptions& o) {
       o.system = "copy", o.observed = {0, 1}, o.copy_length = 3, o.memory_delay = 5, o.validation = 10;
     }},
    {"task.steps_per_sample", [](ForecastOptions& o) { o.steps_per_sample = 0; }},
    {"task.steps_per_sample", [](ForecastOptions& o) { o.steps_per_sample = 4000000000u; }},
    {"task.trace_tau_ms", [](ForecastOptions& o) { o.trace_tau_ms = 0; }},
    {"task.trace_tau_ms", [](ForecastOptions& o) { o.trace_tau_ms = NAN; }},
    {"task.input_gain", [](ForecastOptions& o) { o.input_gain = NAN; }},
    {"task.lambdas", [](ForecastOptions& o) { o.lambdas = {}; }},
    {"task.lambdas",
     [](ForecastOptions& o) {
       o.lambdas = {0.1, -1};
     }},
    {"task.lambdas", [](ForecastOptions& o) { o.lambdas = {INFINITY}; }},
    {"task.vpt_samples", [](ForecastOptions& o) { o.vpt_samples = 0; }},
    {"task.vpt_samples", [](ForecastOptions& o) { o.vpt_samples = o.test + 1; }},
    {"task.vpt_starts", [](ForecastOptions& o) { o.vpt_starts = o.test - o.vpt_samples + 2; }},
    {"task.vpt_threshold", [](ForecastOptions& o) { o.vpt_threshold = 0; }},
    {"task.fields", [](ForecastOptions& o) { o.encoding = Encoding::population, o.fields = 0; }},
    {"task.field_width", [](ForecastOptions& o) { o.encoding = Encoding::population, o.field_width = 0; }},
    {"task.field_rate_hz", [](ForecastOptions& o) { o.encoding = Encoding::population, o.field_rate_hz = -1; }},
    {"task.field_rate_hz", [](ForecastOptions& o) { o.encoding = Encoding::population, o.field_rate_hz = 1001; }},
    {"task.field_density", [](ForecastOptions& o) { o.encoding = Encoding::population, o.field_density = 1.5; }},
    {"task.field_weight", [](ForecastOptions& o) { o.encoding = Encoding::population, o.field_weight = NAN; }},
};

TEST(ForecastErrors, NameTheKeyOnOneLine) {
  const Network network = test::task_network(10);
  for (const BadOption& bad : kBad) {
    ForecastOptions options = test::short_forecast();
    bad.spoil(options);
    try {
      evaluate_forecast(network, {}, test::on_cpu(), options, 1);
      ADD_FAILURE() << bad.key << " was accepted";
    } catch (const ConfigError& e) {
      EXPECT_EQ(e.where(), bad.key) << e.what();
      EXPECT_EQ(std::string(e.what()).find('\n'), std::string::npos);
    }
  }
}

TEST(ForecastErrors, AreFoundWithoutANetworkOrASeries) {
  const ForecastOptions good = test::short_forecast();
  EXPECT_NO_THROW(check_forecast(good, 1.0));
  for (const BadOption& bad : kBad) {
    ForecastOptions options = good;
    bad.spoil(options);
    EXPECT_THROW(check_forecast(options, 1.0), ConfigError) << bad.key;
  }
}

TEST(ForecastErrors, BoundsAreTheLastValuesThatPass) {
  const auto least = [](const char* key) {
    return static_cast<std::uint32_t>(test::allowed_of<ForecastOptions>(key).low);
  };
  const auto most = [](const char* key) {
    return static_cast<std::uint32_t>(test::allowed_of<ForecastOptions>(key).high);
  };
  ForecastOptions options = test::short_forecast(Encoding::population);
  options.horizon = 1;
  options.washout = least("washout");
  options.train = options.validation = least("train");
  options.test = most("test");
  options.steps_per_sample = most("steps_per_sample");
  options.fields = most("fields");
  options.vpt_starts = most("vpt_starts");
  EXPECT_NO_THROW(check_forecast(options, 1.0));
  const std::function<void(ForecastOptions&)> beyond[] = {
      [](ForecastOptions& o) { --o.washout; },          [](ForecastOptions& o) { --o.train; },
      [](ForecastOptions& o) { --o.validation; },       [](ForecastOptions& o) { ++o.test; },
      [](ForecastOptions& o) { ++o.steps_per_sample; }, [](ForecastOptions& o) { ++o.fields; },
      [](ForecastOptions& o) { ++o.vpt_starts; }};
  for (const auto& spoil : beyond) {
    ForecastOptions worse = options;
    spoil(worse);
    EXPECT_THROW(check_forecast(worse, 1.0), ConfigError);
  }
}

TEST(ForecastErrors, ADrivenSeriesUsesNeitherHorizonNorClosedLoops) {
  ForecastOptions options = test::short_forecast();
  options.system = "delayed_xor";
  options.horizon = 100000;  // longer than any part
  options.vpt_samples = 100000;
  options.vpt_starts = 20;
  EXPECT_NO_THROW(check_forecast(options, 1.0));
  options.system = "lorenz63";
  EXPECT_THROW(check_forecast(options, 1.0), ConfigError);
}

TEST(ForecastErrors, AnUnknownSystemIsToldWhichThereAre) {
  ForecastOptions options = test::short_forecast();
  options.system = "lorentz63";
  try {
    evaluate_forecast(test::task_network(10), {}, test::on_cpu(), options, 1);
    FAIL();
  } catch (const ConfigError& e) {
    EXPECT_NE(std::string(e.what()).find("lorenz63"), std::string::npos);
  }
}

TEST(ForecastErrors, AnEmptyNetworkIsRefused) {
  EXPECT_THROW(evaluate_forecast(Network{}, {}, test::on_cpu(), test::short_forecast(), 1), ConfigError);
}

}  // namespace
}  // namespace sprig
