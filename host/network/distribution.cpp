#include "sprig/network/distribution.hpp"

#include <cmath>

#include "host/network/call_text.hpp"
#include "sprig/core/refuse.hpp"

namespace sprig {

using Kind = Distribution::Kind;

std::string shown(const Distribution& d) {
  if (d.kind == Kind::constant) return shown_real(d.a);
  return '"' + std::string(name_of(d.kind)) + "(" + shown_real(d.a) + ", " + shown_real(d.b) + ")\"";
}

std::string in_words(const Distribution&, const Allowed& allowed) {
  const std::string bound =
      !std::isfinite(allowed.low) ? "" : std::string(allowed.low_open ? " > " : " >= ") + shown_real(allowed.low);
  return "a number" + bound +
         ", or one of \"constant(a)\", \"normal(mean, sd)\", \"lognormal(mu, sigma)\", \"gamma(shape, scale)\", "
         "\"uniform(low, high)\"" +
         (bound.empty() ? "" : " of values" + bound);
}

std::optional<std::string> offence(const Distribution& d, const Allowed& allowed) {
  const auto sound = [&] {
    if (!std::isfinite(d.a) || !std::isfinite(d.b)) return false;
    switch (d.kind) {
      case Kind::constant:
        return allowed.contains(d.a);
      case Kind::normal:
        return d.b >= 0 && allowed.contains(d.a);
      case Kind::lognormal:
        return d.b >= 0;
      case Kind::gamma:
        return d.a > 0 && d.b > 0;
      case Kind::uniform:
        return d.a <= d.b && allowed.contains(d.a);
    }
    return false;
  };
  if (sound()) return {};
  return shown(d);
}

std::optional<Distribution> read_distribution(std::string_view text) {
  const std::optional<CallText> call = read_call(text);
  if (!call || !call->parentheses) return {};
  const std::optional<std::size_t> kind = index_of(words_of(Kind{}), call->name);
  const std::optional<std::vector<double>> numbers = read_numbers(call->inside);
  if (!kind || !numbers) return {};
  Distribution d;
  d.kind = static_cast<Kind>(*kind);
  if (numbers->size() != (d.kind == Kind::constant ? 1u : 2u)) return {};
  d.a = (*numbers)[0];
  if (numbers->size() > 1) d.b = (*numbers)[1];
  return d;
}

}  // namespace sprig
