// A page as it is put together: sections of figures, tables and text. Everything that comes in is plain text and is
// escaped here.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "host/report/svg.hpp"

namespace sprig::report {

struct LegendEntry {
  svg::Style style;
  std::string text;
};

// A figure with the legend that holds for it.
struct Figure {
  std::string heading;
  std::vector<svg::Plot> plots;
  std::vector<LegendEntry> legend;
};

struct Table {
  std::vector<std::string> header;
  std::vector<std::vector<std::string>> rows;
  std::size_t text_columns = 1;  // the first ones, to the left; figures stand to the right
};

class Page {
 public:
  Page(const std::string& title, const std::string& kicker, const std::string& lead);

  void notice(const std::string& text);  // in a box: what a reader must not overlook
  void tile(const std::string& name, const std::string& value, const std::string& note = {});
  void section(const std::string& title, const std::string& lead = {});
  // Several plots of one figure stand below one another.
  void figure(const std::string& heading, const std::vector<svg::Plot>& plots, const std::string& caption,
              const std::vector<LegendEntry>& legend = {});
  // `source`: a data URI.
  void picture(const std::string& heading, const std::string& source, std::uint32_t width, std::uint32_t height,
               const std::string& caption);
  void legend(const std::vector<LegendEntry>& entries);  // for all figures that follow
  void table(const Table& table);
  void paragraph(const std::string& text);
  void folded(const std::string& summary, const std::string& preformatted);
  void folded(const std::string& summary, const Table& table);
  void left_out(const std::string& what) { left_out_.push_back(what); }

  std::string text();  // the whole page; to be called once
  const std::vector<Figure>& figures() const { return figures_; }

 private:
  enum class Open { none, tiles, panels };
  void open(Open what);

  std::string title_, body_;
  std::vector<std::string> left_out_;
  Open open_ = Open::none;
  bool in_section_ = false;
  int plots_ = 0;
  std::vector<LegendEntry> legend_;  // of the section, for its figures
  std::vector<Figure> figures_;
};

// The style sheet.
std::string style_sheet();

}  // namespace sprig::report
