// How a plot becomes an <svg> element: the ranges of its axes, where a value lies, and the paths of its marks.
#pragma once

#include <string>
#include <vector>

#include "host/report/svg.hpp"

namespace sprig::svg {

// From values to places along one direction of the drawing.
struct Range {
  Scale scale = Scale::linear;
  Ticks ticks;
  double from = 0, to = 1;  // places of the first and the last tick
  double operator()(double value) const;
};

class Drawing {
 public:
  explicit Drawing(const Plot& plot);
  std::string text(const std::string& id) const;
  Shape size() const { return {width_, height_}; }

 private:
  using Mark = Plot::Mark;
  using Kind = Plot::Kind;

  Ticks ticks_of(const Axis& axis, bool horizontal, int count) const;
  std::string frame() const;
  std::string titles() const;
  std::string drawn(const Mark& mark) const;
  std::string line(const Mark& mark) const;
  std::string points(const Mark& mark) const;
  std::string intervals(const Mark& mark) const;
  std::string band(const Mark& mark) const;
  std::string straight(const Mark& mark) const;
  std::string area(const Mark& mark) const;
  std::string raster(const Mark& mark) const;

  const Plot& plot_;
  double width_, height_, left_, right_, top_, bottom_;  // of the drawing; of the plotting area
  Range x_, y_;
};

// The path of one marker around the place that the pen is at, and back to it.
std::string marker_path(Marker marker);
// " stroke-dasharray=..." or nothing.
std::string dash_attribute(Dash dash);

}  // namespace sprig::svg
