// Plots as inline SVG: marks in the units of their axes, drawn when text() is called. No colour stands in a plot: a
// mark has a tone, which is a class of the page's style sheet (host/report/style.cpp), so that a plot follows light
// and dark.
#pragma once

#include <limits>
#include <string>
#include <string_view>
#include <vector>

namespace sprig::svg {

enum class Scale { linear, log };
enum class Marker { none, dot, circle, square, diamond, triangle, wedge, cross };
enum class Dash { solid, dashed, dotted, dashdot };

struct Ticks {
  std::vector<double> at;           // ascending; the first and the last enclose what was asked for
  std::vector<std::string> labels;  // empty where there is no room for one
};

// About `count` ticks that enclose [low, high], a step of 1, 2 or 5 times a power of ten apart; log: at 1, 2 and 5
// times the powers of ten, or at every n-th power where there are too many. A range of no width is widened. Errors:
// NumericalError when a bound is not finite or beyond 1e200, when low > high, or low is not above zero and the axis
// logarithmic.
Ticks nice_ticks(double low, double high, Scale scale, int count);

struct Axis {
  std::string title;  // with its unit
  Scale scale = Scale::linear;
  std::vector<double> include = {};  // values that the axis shows whatever the data
};

struct Style {
  const char* tone = "ink";  // "ink", "muted", "before", "after", series_tone(k)
  Marker marker = Marker::none;
  Dash dash = Dash::solid;
  double width = 1.6;
  double shift = 0;    // to the right, in units of the drawing: keeps intervals at one place apart
  double opacity = 1;  // of fills and of rasters
};

// "s0", ..., "s7", and from the start again.
const char* series_tone(std::size_t k);

struct Shape {
  double width = 360, height = 240;
  bool square = false;  // the plotting area; height is ignored
};

// Values that are not finite are left out, and break a line. On a logarithmic axis a value must be above zero: text()
// throws NumericalError otherwise.
class Plot {
 public:
  Plot(std::string title, std::string description, Axis x, Axis y, Shape shape = {});

  void line(std::vector<double> x, std::vector<double> y, Style style);
  void points(std::vector<double> x, std::vector<double> y, Style style);
  void intervals(std::vector<double> x, std::vector<double> y, std::vector<double> half_width, Style style);
  void band(double low, double high, Style style);        // of y, over the width of the plot
  void rule(double y, Style style);                       // a line at y, over the width of the plot
  void rules(const std::vector<double>& y, Style style);  // many of them
  void upright(double x, Style style);                    // a line at x, over the height of the plot
  // counts[i] over [edges[i], edges[i + 1]]: a filled outline from zero up.
  void histogram(const std::vector<double>& edges, const std::vector<double>& counts, Style style);
  // A stroke of height 1 at each (x, y), as short as two bytes a spike can make it: y ascending is best.
  void raster(std::vector<double> x, std::vector<double> y, Style style);

  bool empty() const;  // nothing that could be drawn
  Shape size() const;  // of the drawing
  const std::string& x_title() const { return x_.title; }
  const std::string& y_title() const { return y_.title; }
  // What was drawn, mark by mark: values as they were given, the kind of mark and its tone.
  struct Values {
    const char *what, *tone;
    const std::vector<double>&x, &y, &half_width;
  };
  std::vector<Values> values() const;
  // One <svg> element. `id`: its title and description are found by it, so it must be the page's only one.
  std::string text(const std::string& id) const;

 private:
  enum class Kind { line, points, intervals, band, rules, upright, area, raster };
  struct Mark {
    Kind kind;
    std::vector<double> x, y, half;
    Style style;
  };
  friend class Drawing;

  std::string title_, description_;
  Axis x_, y_;
  Shape shape_;
  std::vector<Mark> marks_;
};

// A short sample of a style, for a legend.
std::string sample(const Style& style);

}  // namespace sprig::svg
