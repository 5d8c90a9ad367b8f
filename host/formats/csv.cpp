// Reading CSV files.
#include "sprig/formats/csv.hpp"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <memory>
#include <optional>
#include <string_view>

#include "sprig/core/error.hpp"

namespace sprig {

namespace {

constexpr std::size_t kMostShown = 40;  // characters of a field, columns of a file, in a message

std::string read_text(const std::string& path) {
  std::error_code error;
  const auto status = std::filesystem::status(path, error);
  if (!std::filesystem::exists(status)) throw InputError(path, "there is no such file");
  if (!std::filesystem::is_regular_file(status)) throw InputError(path, "is no file; a CSV file is needed");
  const std::uint64_t size = std::filesystem::file_size(path, error);
  if (error || size > kMostCsvBytes)
    throw InputError(path, "is larger than " + std::to_string(kMostCsvBytes >> 20) +
                               " MiB, must be smaller: keep the rows and columns that are needed");
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "rb"), &std::fclose);
  if (!file) throw InputError(path, std::string("cannot be read: ") + std::strerror(errno));
  std::string text(size, '\0');
  text.resize(std::fread(text.data(), 1, text.size(), file.get()));
  if (std::ferror(file.get())) throw InputError(path, "cannot be read");
  return text;
}

// A field of a row: its text without blanks and quotes around it, and where it begins in its line (from 1).
struct Field {
  std::string_view text;
  std::size_t column;
};

std::string shown(std::string_view text) {
  std::string quoted(1, '"');
  quoted.append(text.substr(0, kMostShown));
  return quoted.append(text.size() > kMostShown ? "...\"" : "\"");
}

std::optional<double> number_in(std::string_view text) {
  if (!text.empty() && text.front() == '+') text.remove_prefix(1);
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (end != text.data() + text.size() || text.empty()) return {};
  return error == std::errc() ? value : HUGE_VAL;  // out of range
}

// Row after row of a text.
class Rows {
 public:
  Rows(const std::string& path, std::string_view text) : path_(path), text_(text) {
    if (text_.starts_with("\xEF\xBB\xBF")) position_ = 3;
    refuse_binary();
    separator_ = find_separator();
  }

  // The fields of the next row; false after the last one, behind which there are at most empty lines.
  bool next(std::vector<Field>& fields) {
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

  [[noreturn]] void fail(std::size_t column, const std::string& what) const {
    throw InputError(path_ + ":" + std::to_string(line_) + ":" + std::to_string(column), what);
  }

 private:
  // Appends the field that begins at `at` and moves on behind its separator; false if it was the last.
  bool cut_field(std::string_view row, std::size_t& at, std::vector<Field>& fields) const {
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
  char find_separator() const {
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

  void refuse_binary() const {
    std::size_t line = 1, begin = 0;
    for (std::size_t i = position_; i < text_.size(); ++i) {
      const auto c = static_cast<unsigned char>(text_[i]);
      if (c == '\n') ++line, begin = i + 1;
      if ((c < 32 && c != '\n' && c != '\r' && c != '\t') || c == 127)
        throw InputError(path_ + ":" + std::to_string(line) + ":" + std::to_string(i - begin + 1),
                         "byte " + std::to_string(c) + " is not text; a CSV file is needed");
    }
  }

  const std::string& path_;
  std::string_view text_;
  std::size_t position_ = 0, line_ = 0;
  char separator_ = 0;
};

bool is_header(const std::vector<Field>& first, CsvHeader header) {
  if (header != CsvHeader::automatic) return header == CsvHeader::yes;
  return std::none_of(first.begin(), first.end(), [](const Field& f) { return number_in(f.text).has_value(); });
}

// Which fields of a row are the chosen columns.
std::vector<std::size_t> choose(const std::string& path, const std::vector<std::string>& names,
                                const std::vector<std::string>& columns) {
  std::vector<std::size_t> chosen;
  for (const std::string& column : columns) {
    std::size_t index = static_cast<std::size_t>(std::find(names.begin(), names.end(), column) - names.begin());
    const char* end = column.data() + column.size();
    if (index == names.size() && std::from_chars(column.data(), end, index).ptr != end) index = names.size();
    if (index >= names.size()) {
      std::string there;
      for (std::size_t k = 0; k < std::min(names.size(), kMostShown); ++k) there += (k ? ", " : "") + names[k];
      throw ConfigError("task.columns", shown(column) + " is no column of " + path + "; there are " +
                                            std::to_string(names.size()) + ": " + there +
                                            (names.size() > kMostShown ? ", ..." : ""));
    }
    if (std::find(chosen.begin(), chosen.end(), index) != chosen.end())
      throw ConfigError("task.columns", shown(column) + " twice, must be distinct columns");
    chosen.push_back(index);
  }
  for (std::size_t k = 0; columns.empty() && k < names.size(); ++k) chosen.push_back(k);
  return chosen;
}

}  // namespace

CsvTable read_csv(const std::string& path, const std::vector<std::string>& columns, CsvHeader header) {
  const std::string text = read_text(path);
  Rows rows(path, text);
  std::vector<Field> fields;
  if (!rows.next(fields)) throw InputError(path, "is empty");
  const bool named = is_header(fields, header);
  const std::size_t width = fields.size();
  std::vector<std::string> names;
  for (std::size_t k = 0; k < width; ++k) names.push_back(named ? std::string(fields[k].text) : std::to_string(k));
  const std::vector<std::size_t> chosen = choose(path, names, columns);

  CsvTable table;
  for (const std::size_t k : chosen) table.names.push_back(names[k]);
  for (bool more = !named || rows.next(fields); more; more = rows.next(fields)) {
    if (fields.size() != width)
      rows.fail(1,
                std::to_string(fields.size()) + " fields, must be " + std::to_string(width) + " as in the first row");
    for (const std::size_t k : chosen) {
      const std::string where = "column " + shown(names[k]) + ": ";
      if (fields[k].text.empty())
        rows.fail(fields[k].column, where + "an empty field (a gap), must be a finite number");
      const std::optional<double> value = number_in(fields[k].text);
      if (!value || !std::isfinite(*value))
        rows.fail(fields[k].column, where + "found " + shown(fields[k].text) +
                                        ", must be a finite number; task.columns chooses columns, task.header says "
                                        "whether the first row is one");
      table.values.push_back(*value);
    }
    ++table.rows;
  }
  if (table.rows == 0) throw InputError(path, "has a header and no row of numbers");
  return table;
}

}  // namespace sprig
