#include <algorithm>
#include <cmath>

#include "host/report/svg.hpp"
#include "sprig/core/error.hpp"
#include "sprig/formats/markup.hpp"

namespace sprig::svg {

namespace {

constexpr double kRound = 1e-9;                  // of a step: how far a bound may lie beyond a tick and count as at it
constexpr int kFewDecades = 2;                   // up to here 2 and 5 times the powers have labels too
constexpr double kZero = 1e-200, kHuge = 1e200;  // beyond them a step or a span might not be a number
constexpr double kNarrow = 1e-9;  // a range below this part of its values has no width: labels could not tell them

// The smallest of 1, 2, 5 times a power of ten that cuts `span` into at most `count` steps.
double nice_step(double span, int count) {
  const double rough = span / count, power = std::pow(10.0, std::floor(std::log10(rough)));
  for (const double factor : {1.0, 2.0, 5.0})
    if (factor * power >= rough * (1 - kRound)) return factor * power;
  return 10 * power;
}

// Labels of multiples of `step`: as many decimals as it has, or a power of ten taken out where numbers would be long.
std::vector<std::string> linear_labels(const std::vector<double>& at, double step) {
  const double largest = std::max(std::abs(at.front()), std::abs(at.back()));
  const int exponent = static_cast<int>(std::floor(std::log10(largest) + kRound));
  const int step_exponent = static_cast<int>(std::floor(std::log10(step) + kRound));
  std::vector<std::string> labels;
  if (exponent < 5 && step_exponent >= -4) {
    for (const double value : at) labels.push_back(figure_fixed(value, std::max(0, -step_exponent)));
    return labels;
  }
  for (const double value : at) {
    const double mantissa = value / std::pow(10.0, exponent);
    labels.push_back(value == 0 ? "0"
                                : figure_fixed(mantissa, std::max(0, exponent - step_exponent)) + "\u00B7" +
                                      power_of_ten(exponent));
  }
  return labels;
}

Ticks linear_ticks(double low, double high, int count) {
  const double size = std::max(std::abs(low), std::abs(high));
  if (high - low <= kNarrow * size || size < kZero) {
    const double widen = size < kZero ? 0.5 : size / 10;
    low -= widen;
    high += widen;
  }
  const double step = nice_step(high - low, count);
  const double first = std::floor(low / step + kRound), last = std::ceil(high / step - kRound);
  Ticks ticks;
  for (double k = first; k <= last; ++k) ticks.at.push_back(k * step);
  ticks.labels = linear_labels(ticks.at, step);
  return ticks;
}

std::string log_label(double factor, int exponent, bool plain) {
  if (plain) return figure(factor * std::pow(10.0, exponent), 1);
  return (factor == 1 ? "" : figure(factor, 1) + "\u00B7") + power_of_ten(exponent);
}

Ticks log_ticks(double low, double high, int count) {
  Ticks ticks;
  const double lowest = std::log10(low), highest = std::log10(high);
  const auto below = static_cast<int>(std::floor(lowest + kRound)), above = static_cast<int>(std::ceil(highest));
  const int decades = above - below;
  if (highest - lowest > kFewDecades + 1) {  // powers of ten alone
    const int every = std::max(1, (decades + count - 1) / count);
    const int first = below - (below % every + every) % every;
    for (int e = first; ticks.at.empty() || e - every < above; e += every) {
      ticks.at.push_back(std::pow(10.0, e));
      ticks.labels.push_back(power_of_ten(e));
    }
    return ticks;
  }
  const bool label_all = highest - lowest <= kFewDecades, plain = below >= -3 && above <= 5;
  for (int e = below - 1; e <= above; ++e)
    for (const double factor : {1.0, 2.0, 5.0}) {
      ticks.at.push_back(factor * std::pow(10.0, e));
      ticks.labels.push_back(label_all || factor == 1 ? log_label(factor, e, plain) : "");
    }
  // Keep the last tick at or below `low` to the first at or above `high`, and at least two.
  const auto past = [&](double bound) {
    return std::upper_bound(ticks.at.begin(), ticks.at.end(), bound) - ticks.at.begin();
  };
  const auto first = past(low * (1 + kRound)) - 1;
  const auto last = std::max(past(high * (1 - kRound)), first + 1);
  const auto size = static_cast<std::ptrdiff_t>(ticks.at.size());
  ticks.at.erase(ticks.at.begin() + std::min(last + 1, size), ticks.at.end());
  ticks.labels.resize(ticks.at.size());
  ticks.at.erase(ticks.at.begin(), ticks.at.begin() + first);
  ticks.labels.erase(ticks.labels.begin(), ticks.labels.begin() + first);
  return ticks;
}

}  // namespace

Ticks nice_ticks(double low, double high, Scale scale, int count) {
  if (!(std::abs(low) < kHuge && std::abs(high) < kHuge && low <= high))
    throw NumericalError("report", "an axis from " + figure(low) + " to " + figure(high));
  if (scale == Scale::linear) return linear_ticks(low, high, count);
  if (low < kZero) throw NumericalError("report", figure(low) + " on a logarithmic axis; allowed: above 0");
  return log_ticks(low, high, count);
}

}  // namespace sprig::svg
