// Text of CSV files, cut into rows and fields.
#include "host/formats/csv_rows.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "sprig/core/error.hpp"
#include "sprig/formats/csv.hpp"

namespace sprig {

std::string csv_shown(std::string_view text) {
  std::string quoted(1, '"');
  quoted.append(text.substr(0, kMostShown));
  return quoted.append(text.size() > kMostShown ? "...\"" : "\"");
}

std::optional<double> csv_number(std::string_view text) {
  if (!text.empty() && text.front() == '+') text.remove_prefix(1);
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (end != text.data() + text.size() || text.empty()) return {};
  return error == std::errc() ? value : HUGE_VAL;  // out of range
}

CsvRows::CsvRows(const std::string& path, std::string_view text) : path_(path), text_(text) {
  if (text_.starts_with("\xEF\xBB\xBF")) position_ = 3;
  refuse_binary();
  separator_ = find_separator();
}

bool CsvRows::next(std::vector<CsvField>& fields) {
  fields.clear();
  if (text_.find_first_not_of(" \t\r\n", position_) == std::string_view::npos) return false;
  const std::size_t end = std::min(text_.find('\n', position_), text_.size());
  std::string_view row = text_.substr(position_, end - position_);
  position_ = end + 1;
  ++line_;
  if (row.ends_with('\r')) row.remove_suffix(1);
  if (row.find_first_not_of(" \t") == std::string_view::npos) fail(1, "an empty line (a gap)");
  std::size_t at = 0;
  for (bool more = true; more;) {
    if (fields.size() == kMostCsvColumns)
      fail(at + 1, "more than " + std::to_string(kMostCsvColumns) + " fields in a row");
    more = cut_field(row, at, fields);
  }
  return true;
}

void CsvRows::fail(std::size_t column, const std::string& what) const {
  throw InputError(path_ + ":" + std::to_string(line_) + ":" + std::to_string(column), what);
}

// Appends the field that begins at `at` and moves on behind its separator; false if it was the last.
bool CsvRows::cut_field(std::string_view row, std::size_t& at, std::vector<CsvField>& fields) const {
  const char* blanks = separator_ == '\t' ? " " : " \t";
  const std::size_t begin = std::min(row.find_first_not_of(blanks, at), row.size());
  if (begin < row.size() && row[begin] == '"') {
    const std::size_t close = row.find('"', begin + 1);
    if (close == std::string_view::npos) fail(begin + 1, "a quote that is not closed in its line");
    fields.push_back({row.substr(begin + 1, close - begin - 1), begin + 1});
    at = std::min(row.find_first_not_of(blanks, close + 1), row.size());
    if (at < row.size() && row[at] != separator_) fail(at + 1, "more text after a closed quote");
  } else {
    at = separator_ == 0 ? row.size() : std::min(row.find(separator_, begin), row.size());
    std::string_view text = row.substr(begin, at - begin);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
    fields.push_back({text, begin + 1});
  }
  return at++ < row.size();
}

// A tab if the first row has one outside quotes, else a semicolon, else a comma, which may stand in numbers of other
// columns.
char CsvRows::find_separator() const {
  char found = 0;
  bool quoted = false;
  for (std::size_t i = position_; i < text_.size() && text_[i] != '\n'; ++i) {
    const char c = text_[i];
    if (c == '"') quoted = !quoted;
    if (quoted) continue;
    if (c == '\t' || (c == ';' && found != '\t') || (c == ',' && found == 0)) found = c;
  }
  return found;
}

void CsvRows::refuse_binary() const {
  std::size_t line = 1, begin = 0;
  for (std::size_t i = position_; i < text_.size(); ++i) {
    const auto c = static_cast<unsigned char>(text_[i]);
    if (c == '\n') ++line, begin = i + 1;
    if ((c < 32 && c != '\n' && c != '\r' && c != '\t') || c == 127)
      throw InputError(path_ + ":" + std::to_string(line) + ":" + std::to_string(i - begin + 1),
                       "byte " + std::to_string(c) + " is not text; a CSV file is needed");
  }
}

}  // namespace sprig
