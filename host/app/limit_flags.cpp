#include "host/app/limit_flags.hpp"

#include <charconv>
#include <cmath>

#include "sprig/core/error.hpp"
#include "sprig/core/refuse.hpp"

namespace sprig::app {

namespace {

constexpr double kMostBytes = 1e18;

std::uint64_t limit_of(const char* flag, const std::string& text) {
  return text.empty() ? kNoLimit : static_cast<std::uint64_t>(number_of_flag(flag, text));
}

}  // namespace

std::optional<double> read_bytes(std::string_view text) {
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc()) return {};
  std::string_view unit = text.substr(static_cast<std::size_t>(end - text.data()));
  if (unit.ends_with('B')) unit.remove_suffix(1);
  if (!unit.empty()) {
    constexpr std::string_view letters = "KMGT";
    const std::size_t power = letters.find(unit.front());
    const std::string_view rest = unit.substr(1);
    if (power == std::string_view::npos || (!rest.empty() && rest != "i")) return {};
    number *= std::pow(rest.empty() ? 1000.0 : 1024.0, static_cast<double>(power + 1));
  }
  if (!(number >= 1 && number <= kMostBytes)) return {};
  return number;
}

double number_of_flag(const char* flag, const std::string& text) {
  const std::optional<double> number = read_bytes(text);
  if (!number)
    throw UsageError(flag, "found " + in_quotes(text.substr(0, 40)) +
                               "; allowed: a number from 1 to 1e18, as 16G (K, M, G, T: powers of 1000; Ki, Mi, Gi, "
                               "Ti: of 1024)");
  return *number;
}

InputLimits limits_of_flags(const std::string& bytes, const std::string& neurons, const std::string& synapses) {
  return {limit_of("--max-input-bytes", bytes), limit_of("--max-neurons", neurons),
          limit_of("--max-synapses", synapses)};
}

}  // namespace sprig::app
