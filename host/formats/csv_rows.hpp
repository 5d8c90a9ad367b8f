// Text of CSV files, cut into rows and fields. Internal to formats.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sprig {

constexpr std::size_t kMostShown = 40;  // characters of a field, columns of a file, in a message

inline constexpr const char* kTooManyRows = ": keep the rows and columns that are needed";

// A field of a row: its text without blanks and quotes around it, and where it begins in its line (from 1).
struct CsvField {
  std::string_view text;
  std::size_t column;
};

std::string csv_shown(std::string_view text);
// Infinite when it is out of range; none where the text is no number.
std::optional<double> csv_number(std::string_view text);

// Row after row of a text.
class CsvRows {
 public:
  CsvRows(const std::string& path, std::string_view text);

  // The fields of the next row; false after the last one, behind which there are at most empty lines.
  bool next(std::vector<CsvField>& fields);
  [[noreturn]] void fail(std::size_t column, const std::string& what) const;  // in the present row
  std::size_t line() const { return line_; }

 private:
  bool cut_field(std::string_view row, std::size_t& at, std::vector<CsvField>& fields) const;
  char find_separator() const;
  void refuse_binary() const;

  const std::string& path_;
  std::string_view text_;
  std::size_t position_ = 0, line_ = 0;
  char separator_ = 0;
};

}  // namespace sprig
