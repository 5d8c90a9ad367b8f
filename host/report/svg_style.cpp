// What tells series apart without colour: the shapes of markers and the dashes of lines.
#include <iterator>

#include "host/report/svg_drawing.hpp"
#include "sprig/formats/markup.hpp"

namespace sprig::svg {

const char* series_tone(std::size_t k) {
  constexpr const char* kTones[] = {"s0", "s1", "s2", "s3", "s4", "s5", "s6", "s7"};
  return kTones[k % std::size(kTones)];
}

std::string marker_path(Marker marker) {
  switch (marker) {
    case Marker::none:
      return "";
    case Marker::dot:
      return "h0";
    case Marker::circle:
      return "m-3.6 0a3.6 3.6 0 1 0 7.2 0a3.6 3.6 0 1 0-7.2 0z";
    case Marker::square:
      return "m-3.2-3.2h6.4v6.4h-6.4z";
    case Marker::diamond:
      return "m0-4.6l4.2 4.6l-4.2 4.6l-4.2-4.6z";
    case Marker::triangle:
      return "m0-4.2l4.2 7.4h-8.4z";
    case Marker::wedge:
      return "m0 4.2l4.2-7.4h-8.4z";
    case Marker::cross:
      return "m-3.2-3.2l6.4 6.4m0-6.4l-6.4 6.4";
  }
  return "";
}

std::string dash_attribute(Dash dash) {
  switch (dash) {
    case Dash::solid:
      return "";
    case Dash::dashed:
      return " stroke-dasharray=\"6 3.5\"";
    case Dash::dotted:
      return " stroke-dasharray=\"1.6 3\"";
    case Dash::dashdot:
      return " stroke-dasharray=\"7 3 1.6 3\"";
  }
  return "";
}

std::string sample(const Style& style) {
  std::string out = std::string("<svg class=\"key ") + style.tone + "\" viewBox=\"0 0 30 12\" aria-hidden=\"true\">";
  if (style.width > 0)
    out += "<path fill=\"none\" stroke=\"currentColor\" stroke-width=\"" + coordinate(style.width, 2) + "\"" +
           dash_attribute(style.dash) + " d=\"M1 6H29\"/>";
  const bool open = style.marker == Marker::dot || style.marker == Marker::cross;
  if (style.marker != Marker::none)
    out += std::string("<path fill=\"") + (open ? "none" : "currentColor") + "\"" +
           (open ? " stroke=\"currentColor\" stroke-linecap=\"round\"" : "") +
           (style.marker == Marker::dot ? " stroke-width=\"6\""
            : open                      ? " stroke-width=\"2\""
                                        : "") +
           " d=\"M15 6" + marker_path(style.marker) + "\"/>";
  if (style.opacity < 1)
    out += "<rect fill=\"currentColor\" fill-opacity=\"" + coordinate(style.opacity, 2) +
           "\" x=\"1\" y=\"1\" width=\"28\" height=\"10\"/>";
  return out + "</svg>";
}

}  // namespace sprig::svg
