#include "host/report/methods.hpp"

#include <algorithm>

namespace sprig::report {

namespace {

using svg::Dash;
using svg::Marker;
using svg::Style;

bool is_neutral(const std::string& series) { return series == "dense" || series == "none" || series == "random"; }

}  // namespace

MethodStyles::MethodStyles(const std::vector<std::string>& series) {
  if (std::find(series.begin(), series.end(), "lnp") != series.end()) coloured_.push_back("lnp");
  for (const std::string& name : series)
    if (!is_neutral(name) && std::find(coloured_.begin(), coloured_.end(), name) == coloured_.end())
      coloured_.push_back(name);
}

svg::Style MethodStyles::of(const std::string& series) const {
  if (series == "dense") return {"ink", Marker::none, Dash::dashed, 1.4};
  if (series == "none") return {"muted", Marker::none, Dash::dotted, 1.6};
  if (series == "random") return {"muted", Marker::cross, Dash::dashed, 1.4};
  // 8 colours, 5 markers and 3 dashes: no two of the first 120 are alike.
  constexpr Marker kMarkers[] = {Marker::circle, Marker::square, Marker::diamond, Marker::triangle, Marker::wedge};
  constexpr Dash kDashes[] = {Dash::solid, Dash::dashdot, Dash::dashed};
  const auto k = static_cast<std::size_t>(std::find(coloured_.begin(), coloured_.end(), series) - coloured_.begin());
  return {svg::series_tone(k), kMarkers[k % 5], kDashes[k % 3], 1.7};
}

}  // namespace sprig::report
