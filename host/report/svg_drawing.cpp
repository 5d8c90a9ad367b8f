#include "host/report/svg_drawing.hpp"

#include <algorithm>
#include <cmath>

#include "sprig/formats/markup.hpp"

namespace sprig::svg {

namespace {

constexpr double kTop = 10, kRight = 14, kBelow = 42, kTitleRoom = 20;  // around the plotting area
constexpr std::size_t kLeastLetters = 4;  // so that plots that stand below one another align
constexpr double kLetter = 6.3;           // width of a label's letter, generously
constexpr int kTicksX = 5, kTicksY = 5;

// The longest label's.
std::size_t letters_of(const std::vector<std::string>& labels) {
  std::size_t most = 0;
  for (const std::string& label : labels)
    most = std::max<std::size_t>(most,
                                 std::count_if(label.begin(), label.end(), [](char c) { return (c & 0xC0) != 0x80; }));
  return most;
}

std::string attribute(const char* name, double value) {
  return std::string(" ") + name + "=\"" + coordinate(value, 2) + "\"";
}

std::string place(double x, double y) {
  const std::string second = coordinate(y);
  return coordinate(x) + (second[0] == '-' ? "" : " ") + second;
}

}  // namespace

double Range::operator()(double value) const {
  const auto on_scale = [&](double v) { return scale == Scale::log ? std::log10(v) : v; };
  const double low = on_scale(ticks.at.front()), high = on_scale(ticks.at.back());
  return from + (to - from) * (on_scale(value) - low) / (high - low);
}

Drawing::Drawing(const Plot& plot) : plot_(plot), width_(plot.shape_.width), height_(plot.shape_.height), top_(kTop) {
  y_ = {plot.y_.scale, ticks_of(plot.y_, false, kTicksY), 0, 0};
  x_ = {plot.x_.scale, ticks_of(plot.x_, true, kTicksX), 0, 0};
  left_ = kTitleRoom + kLetter * static_cast<double>(std::max(kLeastLetters, letters_of(y_.ticks.labels))) + 6;
  // Half of the last label stands to the right of its tick.
  right_ = width_ - std::max(kRight, kLetter / 2 * static_cast<double>(letters_of({x_.ticks.labels.back()})));
  if (plot.shape_.square) height_ = right_ - left_ + kTop + kBelow;
  bottom_ = height_ - kBelow;
  double inset = 0;  // room for marks that are drawn beside their place
  for (const Mark& mark : plot.marks_)
    if (mark.style.shift != 0) inset = std::max(inset, std::abs(mark.style.shift) + 6);
  x_.from = left_ + inset, x_.to = right_ - inset;
  y_.from = bottom_, y_.to = top_;
}

// Encloses what the marks have in this direction.
Ticks Drawing::ticks_of(const Axis& axis, bool horizontal, int count) const {
  double low = std::numeric_limits<double>::infinity(), high = -low;
  const auto take = [&](double value) {
    if (!std::isfinite(value)) return;
    low = std::min(low, value);
    high = std::max(high, value);
  };
  for (const double value : axis.include) take(value);
  for (const Mark& mark : plot_.marks_) {
    const std::vector<double>&here = horizontal ? mark.x : mark.y, &there = horizontal ? mark.y : mark.x;
    for (std::size_t i = 0; i < here.size(); ++i) {
      if (i < there.size() && !std::isfinite(there[i])) continue;
      take(here[i]);
      if (horizontal || mark.half.empty()) continue;
      take(here[i] - mark.half[i]);
      take(here[i] + mark.half[i]);
    }
  }
  if (low > high) low = axis.scale == Scale::log ? 0.1 : 0, high = 1;
  return nice_ticks(low, high, axis.scale, count);
}

std::string Drawing::text(const std::string& id) const {
  std::string out = "<svg class=\"plot\" viewBox=\"0 0 " + coordinate(width_) + " " + coordinate(height_) +
                    "\" role=\"img\" aria-labelledby=\"" + id + "-title " + id + "-text\"><title id=\"" + id +
                    "-title\">" + escaped(plot_.title_) + "</title><desc id=\"" + id + "-text\">" +
                    escaped(plot_.description_) + "</desc>\n" + frame();
  for (const Mark& mark : plot_.marks_) out += drawn(mark);
  if (plot_.empty())
    out += "<text class=\"axis\" text-anchor=\"middle\"" + attribute("x", (left_ + right_) / 2) +
           attribute("y", (top_ + bottom_) / 2) + ">no data</text>\n";
  return out + titles() + "</svg>\n";
}

// The grid, and what stands at its lines.
std::string Drawing::frame() const {
  std::string grid, labels;
  for (std::size_t i = 0; i < y_.ticks.at.size(); ++i) {
    const double y = y_(y_.ticks.at[i]);
    grid += 'M' + place(left_, y) + 'H' + coordinate(right_);
    if (y_.ticks.labels[i].empty()) continue;
    labels += "<text class=\"tick\" text-anchor=\"end\"" + attribute("x", left_ - 6) + attribute("y", y + 3.8) + ">" +
              escaped(y_.ticks.labels[i]) + "</text>";
  }
  std::string marks = 'M' + place(left_, bottom_) + 'H' + coordinate(right_);
  for (std::size_t i = 0; i < x_.ticks.at.size(); ++i) {
    const double x = x_(x_.ticks.at[i]);
    const bool labelled = !x_.ticks.labels[i].empty();
    marks += 'M' + place(x, bottom_) + "v" + (labelled ? "4" : "2.5");
    if (!labelled) continue;
    labels += "<text class=\"tick\" text-anchor=\"middle\"" + attribute("x", x) + attribute("y", bottom_ + 16) + ">" +
              escaped(x_.ticks.labels[i]) + "</text>";
  }
  return "<path class=\"grid\" d=\"" + grid + "\"/><path class=\"base\" d=\"" + marks + "\"/>" + labels + "\n";
}

std::string Drawing::titles() const {
  const double middle = (top_ + bottom_) / 2;
  return "<text class=\"axis\" text-anchor=\"middle\"" + attribute("x", (left_ + right_) / 2) +
         attribute("y", height_ - 7) + ">" + escaped(plot_.x_.title) + "</text><text class=\"axis\" " +
         "text-anchor=\"middle\" transform=\"rotate(-90)\"" + attribute("x", -middle) + attribute("y", 12) + ">" +
         escaped(plot_.y_.title) + "</text>\n";
}

std::string Drawing::drawn(const Mark& mark) const {
  std::string content;
  switch (mark.kind) {
    case Kind::line:
      content = line(mark);
      break;
    case Kind::points:
      content = points(mark);
      break;
    case Kind::intervals:
      content = intervals(mark);
      break;
    case Kind::band:
      content = band(mark);
      break;
    case Kind::rules:
    case Kind::upright:
      content = straight(mark);
      break;
    case Kind::area:
      content = area(mark);
      break;
    case Kind::raster:
      content = raster(mark);
      break;
  }
  return content.empty() ? "" : std::string("<g class=\"") + mark.style.tone + "\">" + content + "</g>\n";
}

namespace {

std::string stroked(const std::string& path, const Style& style) {
  if (path.empty()) return "";
  return "<path fill=\"none\" stroke=\"currentColor\" stroke-linejoin=\"round\"" +
         attribute("stroke-width", style.width) + dash_attribute(style.dash) + " d=\"" + path + "\"/>";
}

}  // namespace

std::string Drawing::line(const Mark& mark) const {
  std::string path;
  bool pen_down = false;
  for (std::size_t i = 0; i < mark.x.size(); ++i) {
    const bool there = std::isfinite(mark.x[i]) && std::isfinite(mark.y[i]);
    if (there) path += (pen_down ? 'L' : 'M') + place(x_(mark.x[i]) + mark.style.shift, y_(mark.y[i]));
    pen_down = there;
  }
  return stroked(path, mark.style);
}

std::string Drawing::points(const Mark& mark) const {
  const std::string marker = marker_path(mark.style.marker);
  std::string path;
  for (std::size_t i = 0; i < mark.x.size(); ++i)
    if (std::isfinite(mark.x[i]) && std::isfinite(mark.y[i]))
      path += 'M' + place(x_(mark.x[i]) + mark.style.shift, y_(mark.y[i])) + marker;
  if (path.empty()) return "";
  if (mark.style.marker == Marker::dot)
    return "<path fill=\"none\" stroke=\"currentColor\" stroke-linecap=\"round\" stroke-width=\"2.6\"" +
           attribute("stroke-opacity", mark.style.opacity) + " d=\"" + path + "\"/>";
  if (mark.style.marker == Marker::cross) return stroked(path, {"", Marker::none, Dash::solid, 1.8});
  return "<path fill=\"currentColor\" d=\"" + path + "\"/>";
}

std::string Drawing::intervals(const Mark& mark) const {
  std::string path;
  for (std::size_t i = 0; i < mark.x.size(); ++i) {
    if (!std::isfinite(mark.x[i]) || !std::isfinite(mark.y[i]) || !std::isfinite(mark.half[i])) continue;
    const double x = x_(mark.x[i]) + mark.style.shift;
    const double high = y_(mark.y[i] + mark.half[i]), low = y_(mark.y[i] - mark.half[i]);
    path += 'M' + place(x - 3, high) + "h6M" + place(x, high) + "V" + coordinate(low) + 'M' + place(x - 3, low) + "h6";
  }
  return stroked(path, {"", Marker::none, Dash::solid, 1.2});
}

std::string Drawing::band(const Mark& mark) const {
  const double high = y_(mark.y[1]), low = y_(mark.y[0]);
  return "<rect fill=\"currentColor\"" + attribute("fill-opacity", mark.style.opacity) + attribute("x", left_) +
         attribute("y", high) + attribute("width", right_ - left_) + attribute("height", low - high) + "/>";
}

std::string Drawing::straight(const Mark& mark) const {
  std::string path;
  for (const double y : mark.y)
    if (std::isfinite(y)) path += 'M' + place(left_, y_(y)) + 'H' + coordinate(right_);
  for (const double x : mark.x)
    if (std::isfinite(x)) path += 'M' + place(x_(x), top_) + "V" + coordinate(bottom_);
  return stroked(path, mark.style);
}

std::string Drawing::area(const Mark& mark) const {
  std::string path;
  for (std::size_t i = 0; i < mark.x.size(); ++i) path += (i == 0 ? 'M' : 'L') + place(x_(mark.x[i]), y_(mark.y[i]));
  return "<path fill=\"currentColor\"" + attribute("fill-opacity", mark.style.opacity) + " d=\"" + path + "Z\"/>" +
         stroked(path, mark.style);
}

// In tenths of a unit and by differences, which are short to write.
std::string Drawing::raster(const Mark& mark) const {
  const auto tenths = [](double place) { return std::lround(place * 10); };
  const long high = std::max(tenths(std::abs(y_(1) - y_(0))), 8L);
  std::string path;
  long x = 0, y = 0;
  const auto step = [&](long by) {
    if (by >= 0) path += ' ';
    path += std::to_string(by);
  };
  for (std::size_t i = 0; i < mark.x.size(); ++i) {
    if (!std::isfinite(mark.x[i]) || !std::isfinite(mark.y[i])) continue;
    const long to_x = tenths(x_(mark.x[i])), to_y = tenths(y_(mark.y[i])) - high / 2;
    path += 'm' + std::to_string(to_x - x);
    step(to_y - y);
    path += 'v' + std::to_string(high);
    x = to_x, y = to_y + high;
  }
  if (path.empty()) return "";
  return "<path fill=\"none\" stroke=\"currentColor\" stroke-width=\"9\" transform=\"scale(.1)\"" +
         attribute("stroke-opacity", mark.style.opacity) + " d=\"" + path + "\"/>";
}

}  // namespace sprig::svg
