// The plot writer: ticks by what they promise, plots by what they draw.
#include "host/report/svg.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "sprig/core/error.hpp"
#include "sprig/core/random.hpp"
#include "sprig/formats/markup.hpp"

namespace sprig::svg {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN(), kInfinity = std::numeric_limits<double>::infinity();

// A label without its typography, as a number.
double read_label(std::string label) {
  const auto replace = [&](const std::string& what, const std::string& by) {
    for (std::size_t at; (at = label.find(what)) != std::string::npos;) label.replace(at, what.size(), by);
  };
  replace("\u2212", "-");
  replace("\u202F", "");
  replace("\u00B710", "e");
  const char* superscripts[] = {"\u2070", "\u00B9", "\u00B2", "\u00B3", "\u2074",
                                "\u2075", "\u2076", "\u2077", "\u2078", "\u2079"};
  const bool bare_power = label.rfind("10", 0) == 0 && label.size() > 3 && label.find('e') == std::string::npos &&
                          static_cast<unsigned char>(label[2]) >= 0x80;
  if (bare_power) label = "1e" + label.substr(2);
  replace("\u207B", "-");
  for (int d = 0; d < 10; ++d) replace(superscripts[d], std::to_string(d));
  return std::stod(label);
}

bool is_one_two_five(double step) {
  const double mantissa = step / std::pow(10.0, std::floor(std::log10(step) + 1e-9));
  return std::abs(mantissa - 1) < 1e-6 || std::abs(mantissa - 2) < 1e-6 || std::abs(mantissa - 5) < 1e-6;
}

std::size_t count_of(const std::string& text, const std::string& what) {
  std::size_t count = 0;
  for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + 1)) ++count;
  return count;
}

TEST(Ticks, LinearOnesEncloseTheRangeInStepsOfOneTwoOrFive) {
  for (std::uint64_t k = 0; k < 2000; ++k) {
    const auto draw = [&](std::uint64_t i) { return uniform_open(7, Stream::weight, k, i); };
    const double size = std::pow(10.0, 24 * draw(0) - 12), low = size * (2 * draw(1) - 1);
    const double high = low + size * std::pow(10.0, -4 * draw(2));
    const Ticks ticks = nice_ticks(low, high, Scale::linear, 5);
    SCOPED_TRACE(std::to_string(low) + " to " + std::to_string(high));
    ASSERT_GE(ticks.at.size(), 2u);
    ASSERT_LE(ticks.at.size(), 8u);
    ASSERT_EQ(ticks.labels.size(), ticks.at.size());
    const double step = ticks.at[1] - ticks.at[0], slack = 1e-6 * step;
    EXPECT_TRUE(is_one_two_five(step)) << step;
    EXPECT_LE(ticks.at.front(), low + slack);
    EXPECT_GT(ticks.at.front(), low - step - slack) << "no empty step";
    EXPECT_GE(ticks.at.back(), high - slack);
    EXPECT_LT(ticks.at.back(), high + step + slack);
    for (std::size_t i = 0; i < ticks.at.size(); ++i) {
      EXPECT_NEAR(ticks.at[i] - ticks.at[0], static_cast<double>(i) * step, slack);
      EXPECT_NEAR(read_label(ticks.labels[i]), ticks.at[i], 0.01 * step) << ticks.labels[i];
    }
    EXPECT_EQ(std::set<std::string>(ticks.labels.begin(), ticks.labels.end()).size(), ticks.labels.size());
  }
}

TEST(Ticks, LogarithmicOnesEncloseTheRange) {
  for (std::uint64_t k = 0; k < 2000; ++k) {
    const auto draw = [&](std::uint64_t i) { return uniform_open(8, Stream::weight, k, i); };
    const double low = std::pow(10.0, 20 * draw(0) - 10), high = low * std::pow(10.0, 12 * draw(1) * draw(2));
    const Ticks ticks = nice_ticks(low, high, Scale::log, 5);
    SCOPED_TRACE(std::to_string(std::log10(low)) + " to " + std::to_string(std::log10(high)));
    ASSERT_GE(ticks.at.size(), 2u);
    ASSERT_LE(ticks.at.size(), 12u);
    EXPECT_LE(ticks.at.front(), low * 1.000001);
    EXPECT_GE(ticks.at.back(), high * 0.999999);
    std::size_t labelled = 0;
    for (std::size_t i = 0; i < ticks.at.size(); ++i) {
      EXPECT_TRUE(is_one_two_five(ticks.at[i])) << ticks.at[i];
      if (i > 0) {
        EXPECT_GT(ticks.at[i], ticks.at[i - 1]);
      }
      if (ticks.labels[i].empty()) continue;
      ++labelled;
      EXPECT_NEAR(read_label(ticks.labels[i]) / ticks.at[i], 1, 1e-6) << ticks.labels[i];
    }
    EXPECT_GE(labelled, 2u);
    EXPECT_LE(labelled, 9u);
  }
}

TEST(Ticks, RangesOfNoWidthAreWidened) {
  for (const double value : {0.0, 5.0, -3e-7, 1e9, 1e-300}) {
    const Ticks ticks = nice_ticks(value, value, Scale::linear, 5);
    ASSERT_GE(ticks.at.size(), 2u) << value;
    EXPECT_LE(ticks.at.front(), value);
    EXPECT_GE(ticks.at.back(), value);
  }
  const Ticks close = nice_ticks(1e9, 1e9 + 1e-6, Scale::linear, 5);
  EXPECT_NE(close.labels.front(), close.labels.back());
  const Ticks log = nice_ticks(3, 3, Scale::log, 5);
  EXPECT_EQ(log.at, (std::vector<double>{2, 5}));
}

TEST(Ticks, WhatNoAxisCanHoldIsRefused) {
  EXPECT_THROW(nice_ticks(kNaN, 1, Scale::linear, 5), NumericalError);
  EXPECT_THROW(nice_ticks(0, kInfinity, Scale::linear, 5), NumericalError);
  EXPECT_THROW(nice_ticks(-1e308, 1e308, Scale::linear, 5), NumericalError);
  EXPECT_THROW(nice_ticks(2, 1, Scale::linear, 5), NumericalError);
  EXPECT_THROW(nice_ticks(0, 1, Scale::log, 5), NumericalError);
  EXPECT_THROW(nice_ticks(-1, 1, Scale::log, 5), NumericalError);
}

TEST(Ticks, DensitiesHaveTheLabelsThatPeopleWrite) {
  const Ticks ticks = nice_ticks(0.05, 0.5, Scale::log, 5);
  EXPECT_EQ(ticks.labels, (std::vector<std::string>{"0.05", "0.1", "0.2", "0.5"}));
}

TEST(Plot, IsThisText) {
  Plot plot("A <title>", "What & how.", {"time (ms)", Scale::linear, {0, 10}}, {"rate (Hz)"}, {200, 100});
  plot.band(1, 2, {"muted", Marker::none, Dash::solid, 1, 0, 0.2});
  plot.line({0, 5, 10}, {0, 4, 3}, {"s0", Marker::none, Dash::dashed, 1.5});
  plot.points({5}, {4}, {"s1", Marker::square});
  plot.intervals({5}, {3}, {1}, {"s2"});
  const std::string expected =
      R"s(<svg class="plot" viewBox="0 0 200 100" role="img" aria-labelledby="p-title p-text">)s"
      R"s(<title id="p-title">A &lt;title&gt;</title><desc id="p-text">What &amp; how.</desc>)s"
      "\n"
      R"s(<path class="grid" d="M51.2 58H186M51.2 46H186M51.2 34H186M51.2 22H186M51.2 10H186"/>)s"
      R"s(<path class="base" d="M51.2 58H186M51.2 58v4M78.2 58v4M105.1 58v4M132.1 58v4M159 58v4M186 58v4"/>)s"
      R"s(<text class="tick" text-anchor="end" x="45.2" y="61.8">0</text>)s"
      R"s(<text class="tick" text-anchor="end" x="45.2" y="49.8">1</text>)s"
      R"s(<text class="tick" text-anchor="end" x="45.2" y="37.8">2</text>)s"
      R"s(<text class="tick" text-anchor="end" x="45.2" y="25.8">3</text>)s"
      R"s(<text class="tick" text-anchor="end" x="45.2" y="13.8">4</text>)s"
      R"s(<text class="tick" text-anchor="middle" x="51.2" y="74">0</text>)s"
      R"s(<text class="tick" text-anchor="middle" x="78.16" y="74">2</text>)s"
      R"s(<text class="tick" text-anchor="middle" x="105.12" y="74">4</text>)s"
      R"s(<text class="tick" text-anchor="middle" x="132.08" y="74">6</text>)s"
      R"s(<text class="tick" text-anchor="middle" x="159.04" y="74">8</text>)s"
      R"s(<text class="tick" text-anchor="middle" x="186" y="74">10</text>)s"
      "\n"
      R"s(<g class="muted"><rect fill="currentColor" fill-opacity="0.2" x="51.2" y="34" width="134.8" height="12"/></g>)s"
      "\n"
      R"s(<g class="s0"><path fill="none" stroke="currentColor" stroke-linejoin="round" stroke-width="1.5")s"
      R"s( stroke-dasharray="6 3.5" d="M51.2 58L118.6 10L186 22"/></g>)s"
      "\n"
      R"s(<g class="s1"><path fill="currentColor" d="M118.6 10m-3.2-3.2h6.4v6.4h-6.4z"/></g>)s"
      "\n"
      R"s(<g class="s2"><path fill="none" stroke="currentColor" stroke-linejoin="round" stroke-width="1.2")s"
      R"s( d="M115.6 10h6M118.6 10V34M115.6 34h6"/></g>)s"
      "\n"
      R"s(<text class="axis" text-anchor="middle" x="118.6" y="93">time (ms)</text>)s"
      R"s(<text class="axis" text-anchor="middle" transform="rotate(-90)" x="-34" y="12">rate (Hz)</text>)s"
      "\n"
      R"s(</svg>)s"
      "\n";
  EXPECT_EQ(plot.text("p"), expected);
}

TEST(Plot, TheSameDataGiveTheSameText) {
  const auto draw = [] {
    Plot plot("t", "d", {"x"}, {"y", Scale::log});
    plot.line({1, 2, 3}, {0.1, 10, 1000}, {});
    return plot.text("f");
  };
  EXPECT_EQ(draw(), draw());
}

TEST(Plot, WhatIsNotFiniteIsLeftOutAndBreaksALine) {
  Plot plot("t", "d", {"x"}, {"y"});
  plot.line({0, 1, 2, 3, 4}, {1, 2, kNaN, 4, 5}, {"s0"});
  plot.points({0, 1, kNaN}, {1, kInfinity, 3}, {"s1", Marker::circle});
  plot.intervals({0, 1, 2}, {1, 2, 3}, {kNaN, 1, kInfinity}, {"s2"});
  plot.raster({1, kNaN}, {1, 1}, {"s3"});
  plot.rules({kNaN, 2}, {"s4"});
  plot.band(kNaN, 1, {"s5"});
  const std::string text = plot.text("f");
  EXPECT_EQ(text.find("nan"), std::string::npos);
  EXPECT_EQ(text.find("inf"), std::string::npos);
  const std::size_t line = text.find("class=\"s0\"");
  const std::string path = text.substr(line, text.find("</g>", line) - line);
  EXPECT_EQ(count_of(path, "M"), 2u) << path;
  EXPECT_EQ(count_of(path, "L"), 2u) << path;
  EXPECT_EQ(text.find("class=\"s5\""), std::string::npos);
}

TEST(Plot, WithoutDataItSaysSo) {
  Plot plot("t", "d", {"x"}, {"y", Scale::log});
  EXPECT_TRUE(plot.empty());
  plot.line({1}, {kNaN}, {});
  plot.rule(1, {});
  EXPECT_TRUE(plot.empty());
  EXPECT_NE(plot.text("f").find("no data"), std::string::npos);
  plot.points({1}, {1}, {"s0", Marker::dot});
  EXPECT_FALSE(plot.empty());
  EXPECT_EQ(plot.text("f").find("no data"), std::string::npos);
}

TEST(Plot, ZeroOnALogarithmicAxisIsRefused) {
  Plot plot("t", "d", {"x", Scale::log}, {"y"});
  plot.line({0, 1}, {1, 2}, {});
  EXPECT_THROW(plot.text("f"), NumericalError);
}

TEST(Plot, ARasterIsShortAndItsStrokesStandWhereTheyShould) {
  Plot plot("t", "d", {"x", Scale::linear, {0, 100}}, {"y", Scale::linear, {0, 10}});
  std::vector<double> x, y;
  for (int row = 0; row < 10; ++row)
    for (int t = 0; t < 100; ++t) x.push_back(t), y.push_back(row + 0.5);
  plot.raster(x, y, {"ink"});
  const std::string text = plot.text("f");
  EXPECT_LT(text.size(), 12u * 1000u + 3000u);
  // Follow the pen: moves are relative, in tenths.
  const std::size_t start = text.find("d=\"m") + 3;
  const std::string path = text.substr(start, text.find('"', start) - start);
  double at_x = 0, at_y = 0;
  std::vector<double> places;
  for (const char* p = path.c_str(); *p;) {
    ASSERT_EQ(*p, 'm');
    char* end = nullptr;
    at_x += std::strtod(p + 1, &end);
    at_y += std::strtod(end, &end);
    ASSERT_EQ(*end, 'v');
    places.push_back(at_x);
    at_y += std::strtod(end + 1, &end);
    p = end;
  }
  ASSERT_EQ(places.size(), 1000u);
  for (std::size_t i = 0; i < places.size(); ++i)
    EXPECT_NEAR(places[i] - places[i % 100 == 0 ? i : i - 1], i % 100 == 0 ? 0 : (places[99] - places[0]) / 99, 1);
}

TEST(Plot, ASquareOneHasEqualUnits) {
  Plot plot("t", "d", {"x", Scale::linear, {-1, 1}}, {"y", Scale::linear, {-1, 1}}, {360, 0, true});
  plot.line({-1, 1}, {-1, 1}, {"s0"});
  const std::string text = plot.text("f");
  double x0 = 0, y0 = 0, x1 = 0, y1 = 0;
  const std::size_t at = text.find("class=\"s0\"");
  ASSERT_EQ(std::sscanf(text.c_str() + text.find("d=\"M", at), "d=\"M%lf %lfL%lf %lf", &x0, &y0, &x1, &y1), 4);
  EXPECT_NEAR(x1 - x0, y0 - y1, 0.2);
}

}  // namespace
}  // namespace sprig::svg
