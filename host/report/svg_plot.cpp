// A plot's marks: what they are, and the ranges that they ask of the axes.
#include <algorithm>
#include <cmath>
#include <utility>

#include "host/report/svg.hpp"
#include "host/report/svg_drawing.hpp"

namespace sprig::svg {

Plot::Plot(std::string title, std::string description, Axis x, Axis y, Shape shape)
    : title_(std::move(title)),
      description_(std::move(description)),
      x_(std::move(x)),
      y_(std::move(y)),
      shape_(shape) {}

void Plot::line(std::vector<double> x, std::vector<double> y, Style style) {
  marks_.push_back({Kind::line, std::move(x), std::move(y), {}, std::move(style)});
}

void Plot::points(std::vector<double> x, std::vector<double> y, Style style) {
  marks_.push_back({Kind::points, std::move(x), std::move(y), {}, std::move(style)});
}

void Plot::intervals(std::vector<double> x, std::vector<double> y, std::vector<double> half_width, Style style) {
  marks_.push_back({Kind::intervals, std::move(x), std::move(y), std::move(half_width), std::move(style)});
}

void Plot::band(double low, double high, Style style) {
  if (std::isfinite(low) && std::isfinite(high)) marks_.push_back({Kind::band, {}, {low, high}, {}, std::move(style)});
}

void Plot::rule(double y, Style style) { rules({y}, std::move(style)); }

void Plot::rules(const std::vector<double>& y, Style style) {
  marks_.push_back({Kind::rules, {}, y, {}, std::move(style)});
}

void Plot::upright(double x, Style style) { marks_.push_back({Kind::upright, {x}, {}, {}, std::move(style)}); }

void Plot::histogram(const std::vector<double>& edges, const std::vector<double>& counts, Style style) {
  Mark mark{Kind::area, {}, {}, {}, std::move(style)};
  const auto corner = [&](double x, double y) { mark.x.push_back(x), mark.y.push_back(y); };
  if (counts.empty()) return;
  corner(edges.front(), 0);
  for (std::size_t i = 0; i < counts.size(); ++i) {
    corner(edges[i], counts[i]);
    corner(edges[i + 1], counts[i]);
  }
  corner(edges.back(), 0);
  marks_.push_back(std::move(mark));
}

void Plot::raster(std::vector<double> x, std::vector<double> y, Style style) {
  marks_.push_back({Kind::raster, std::move(x), std::move(y), {}, std::move(style)});
}

bool Plot::empty() const {
  return std::none_of(marks_.begin(), marks_.end(), [](const Mark& mark) {
    if (mark.kind == Kind::rules || mark.kind == Kind::upright) return false;
    for (std::size_t i = 0; i < mark.y.size(); ++i)
      if (std::isfinite(mark.y[i]) && (mark.x.empty() || std::isfinite(mark.x[i]))) return true;
    return false;
  });
}

Shape Plot::size() const { return Drawing(*this).size(); }

std::vector<Plot::Values> Plot::values() const {
  constexpr const char* kKinds[] = {"line", "point", "interval", "band", "level", "upright", "outline", "spike"};
  std::vector<Values> values;
  for (const Mark& mark : marks_)
    values.push_back({kKinds[static_cast<std::size_t>(mark.kind)], mark.style.tone, mark.x, mark.y, mark.half});
  return values;
}

std::string Plot::text(const std::string& id) const { return Drawing(*this).text(id); }

}  // namespace sprig::svg
