#include "host/app/spectrum_text.hpp"

#include <limits>

#include "sprig/session/table.hpp"

namespace sprig::app {

std::string exponent_text(const LyapunovResult& result, std::size_t k, int digits) {
  constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
  const auto at = [&](const std::vector<double>& values) { return k < values.size() ? values[k] : kNone; };
  return interval_text(at(result.exponents), at(result.standard_errors), digits);
}

}  // namespace sprig::app
