#include "host/report/page.hpp"

#include "sprig/formats/markup.hpp"

namespace sprig::report {

namespace {

std::string element(const std::string& name, const std::string& text, const std::string& css_class = {}) {
  return "<" + name + (css_class.empty() ? "" : " class=\"" + css_class + "\"") + ">" + escaped(text) + "</" + name +
         ">";
}

std::string legend_text(const std::vector<LegendEntry>& entries) {
  if (entries.empty()) return "";
  std::string out = "<ul class=\"legend\">";
  for (const LegendEntry& entry : entries)
    out += "<li>" + svg::sample(entry.style) + "<span>" + escaped(entry.text) + "</span></li>";
  return out + "</ul>\n";
}

// In a box of its own, which scrolls where a screen is too narrow.
std::string table_text(const Table& table) {
  const auto row = [&](const std::vector<std::string>& cells, const char* name) {
    std::string out = "<tr>";
    for (std::size_t i = 0; i < cells.size(); ++i) out += element(name, cells[i], i < table.text_columns ? "" : "n");
    return out + "</tr>\n";
  };
  std::string out = "<div class=\"scroll\" tabindex=\"0\"><table>\n";
  if (!table.header.empty()) out += "<thead>" + row(table.header, "th") + "</thead>\n";
  out += "<tbody>\n";
  for (const auto& cells : table.rows) out += row(cells, "td");
  return out + "</tbody></table></div>\n";
}

}  // namespace

Page::Page(const std::string& title, const std::string& kicker, const std::string& lead) : title_(title) {
  body_ =
      "<header>" + element("p", kicker, "kicker") + element("h1", title) + element("p", lead, "lead") + "</header>\n";
}

void Page::open(Open what) {
  if (open_ == what) return;
  if (open_ == Open::tiles) body_ += "</dl>\n";
  if (open_ == Open::panels) body_ += "</div>\n";
  if (what == Open::tiles) body_ += "<dl class=\"tiles\">\n";
  if (what == Open::panels) body_ += "<div class=\"panels\">\n";
  open_ = what;
}

void Page::notice(const std::string& text) {
  open(Open::none);
  body_ += element("p", text, "notice") + "\n";
}

void Page::tile(const std::string& name, const std::string& value, const std::string& note) {
  open(Open::tiles);
  body_ += "<div>" + element("dt", name) + element("dd", value) + (note.empty() ? "" : element("dd", note, "note")) +
           "</div>\n";
}

void Page::section(const std::string& title, const std::string& lead) {
  open(Open::none);
  body_ += std::string(in_section_ ? "</section>\n" : "") + "<section>" + element("h2", title) +
           (lead.empty() ? "" : element("p", lead, "lead")) + "\n";
  in_section_ = true;
  legend_.clear();
}

void Page::figure(const std::string& heading, const std::vector<svg::Plot>& plots, const std::string& caption,
                  const std::vector<LegendEntry>& legend) {
  open(Open::panels);
  body_ += "<figure>" + element("h3", heading) + "\n";
  for (const svg::Plot& plot : plots) body_ += plot.text('f' + std::to_string(++plots_));
  figures_.push_back({heading, plots, legend.empty() ? legend_ : legend});
  body_ += legend_text(legend) + element("figcaption", caption) + "</figure>\n";
}

void Page::picture(const std::string& heading, const std::string& source, std::uint32_t width, std::uint32_t height,
                   const std::string& caption) {
  open(Open::panels);
  body_ += "<figure>" + element("h3", heading) + "\n<img class=\"pixels\" alt=\"" + escaped(caption) + "\" width=\"" +
           std::to_string(width) + "\" height=\"" + std::to_string(height) + "\" src=\"" + escaped(source) + "\"/>" +
           element("figcaption", caption) + "</figure>\n";
}

void Page::legend(const std::vector<LegendEntry>& entries) {
  open(Open::none);
  body_ += legend_text(entries);
  legend_ = entries;
}

void Page::table(const Table& table) {
  open(Open::none);
  body_ += table_text(table);
}

void Page::paragraph(const std::string& text) {
  open(Open::none);
  body_ += element("p", text) + "\n";
}

void Page::folded(const std::string& summary, const std::string& preformatted) {
  open(Open::none);
  body_ +=
      "<details>" + element("summary", summary) + "<pre tabindex=\"0\">" + escaped(preformatted) + "</pre></details>\n";
}

void Page::folded(const std::string& summary, const Table& table) {
  open(Open::none);
  body_ += "<details>" + element("summary", summary) + table_text(table) + "</details>\n";
}

std::string Page::text() {
  open(Open::none);
  if (!left_out_.empty()) {
    section("Not on this page");
    body_ += "<ul class=\"plain\">\n";
    for (const std::string& what : left_out_) body_ += element("li", what) + "\n";
    body_ += "</ul>\n";
  }
  if (in_section_) body_ += "</section>\n";
  return "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"/><meta name=\"viewport\" "
         "content=\"width=device-width, initial-scale=1\"/><meta name=\"color-scheme\" content=\"light dark\"/>"
         "<link rel=\"icon\" href=\"data:,\"/>" +
         element("title", "sprig: " + title_) + "<style>\n" + style_sheet() + "</style></head>\n<body><main>\n" +
         body_ + "</main></body></html>\n";
}

}  // namespace sprig::report
