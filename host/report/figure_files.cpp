#include "host/report/figure_files.hpp"

#include <algorithm>
#include <cctype>
#include <string_view>

#include "host/report/style.hpp"
#include "sprig/core/files.hpp"
#include "sprig/core/refuse.hpp"
#include "sprig/formats/atomic_file.hpp"
#include "sprig/formats/markup.hpp"

namespace sprig::report {

namespace {

constexpr double kLegendRow = 18, kMargin = 8;

template <class Tones>
void add_colours(std::string& css, const Tones& tones) {
  for (const Tone& tone : tones) css += std::string(".") + tone.name + "{color:" + tone.light + "}";
}

const char* light(std::string_view name) {
  for (const Tone& tone : kInks)
    if (tone.name == name) return tone.light;
  return kQuiet[0].light;
}

// The rules of the page that a plot needs, with colours in the place of variables: not every program that reads SVG
// knows these.
std::string style_of_plots() {
  std::string css = "text{font:11px system-ui,-apple-system,\"Segoe UI\",Helvetica,Arial,sans-serif}";
  css += std::string(".tick{fill:") + light("muted") + "}.axis{fill:" + light("ink") + "}";
  css += std::string(".grid,.base{fill:none;stroke:") + kQuiet[0].light +
         ";stroke-width:1}.base{stroke:" + light("muted") + "}";
  add_colours(css, kQuiet);
  add_colours(css, kInks);
  add_colours(css, kMarks);
  return css;
}

// The legend below a plot: a row an entry, each drawn as on the page.
std::string legend_rows(const std::vector<LegendEntry>& legend, double top) {
  std::string rows;
  for (std::size_t k = 0; k < legend.size(); ++k) {
    const double y = top + kLegendRow * static_cast<double>(k);
    std::string key = svg::sample(legend[k].style);
    key.insert(4, " x=\"" + coordinate(kMargin) + "\" y=\"" + coordinate(y) + "\" width=\"30\" height=\"12\"");
    rows += key + "<text class=\"axis\" x=\"" + coordinate(kMargin + 36) + "\" y=\"" + coordinate(y + 10) + "\">" +
            escaped(legend[k].text) + "</text>\n";
  }
  return rows;
}

std::string standalone(const svg::Plot& plot, const Figure& figure) {
  const svg::Shape size = plot.size();
  const double height =
      size.height + (figure.legend.empty() ? 0 : kMargin + kLegendRow * static_cast<double>(figure.legend.size()));
  std::string inner = plot.text("plot");
  inner.insert(4, " width=\"" + coordinate(size.width) + "\" height=\"" + coordinate(size.height) + "\"");
  return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"" +
         coordinate(size.width) + "\" height=\"" + coordinate(height) + "\" viewBox=\"0 0 " + coordinate(size.width) +
         " " + coordinate(height) + "\">\n<style>" + style_of_plots() + "</style>\n" + inner +
         legend_rows(figure.legend, size.height + kMargin / 2) + "</svg>\n";
}

std::string quoted(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) {
    out += c;
    if (c == '"') out += c;
  }
  return out + "\"";
}

std::string number(const std::vector<double>& values, std::size_t i) {
  return i < values.size() ? shown_real(values[i]) : "";
}

std::string values_of(const svg::Plot& plot, const Figure& figure) {
  std::string csv = "what,series," + quoted(plot.x_title()) + "," + quoted(plot.y_title()) + ",half_width\n";
  for (const svg::Plot::Values& values : plot.values()) {
    std::string series;
    for (const LegendEntry& entry : figure.legend)
      if (std::string_view(entry.style.tone) == values.tone) series = entry.text;
    const std::size_t points = std::max(values.x.size(), values.y.size());
    for (std::size_t i = 0; i < points; ++i)
      csv += std::string(values.what) + "," + quoted(series.empty() ? values.tone : series) + "," +
             number(values.x, i) + "," + number(values.y, i) + "," + number(values.half_width, i) + "\n";
  }
  return csv;
}

std::string file_name(std::size_t number_of_figure, const Figure& figure, std::size_t plot) {
  std::string name = std::to_string(number_of_figure) + "-";
  if (number_of_figure < 10) name.insert(name.begin(), '0');
  for (const char c : figure.heading)
    if (std::isalnum(static_cast<unsigned char>(c)))
      name += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    else if (name.back() != '-')
      name += '-';
  while (name.back() == '-') name.pop_back();
  return figure.plots.size() == 1 ? name : name + "-" + std::to_string(plot + 1);
}

}  // namespace

std::size_t write_figure_files(const std::vector<Figure>& figures, const std::string& folder) {
  files::make_folders(folder);
  std::size_t plots = 0;
  for (std::size_t f = 0; f < figures.size(); ++f)
    for (std::size_t p = 0; p < figures[f].plots.size(); ++p, ++plots) {
      const std::string path = folder + "/" + file_name(f + 1, figures[f], p);
      write_file(path + ".svg", standalone(figures[f].plots[p], figures[f]));
      write_file(path + ".csv", values_of(figures[f].plots[p], figures[f]));
    }
  return plots;
}

}  // namespace sprig::report
