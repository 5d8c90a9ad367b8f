// Tables of numbers in text files.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sprig/core/fields.hpp"
#include "sprig/core/input_limits.hpp"
#include "sprig/core/words.hpp"

namespace sprig {

enum class CsvHeader { automatic, yes, no };  // automatic: a first row without a single number is one
constexpr auto words_of(CsvHeader) { return words<CsvHeader>("auto", "yes", "no"); }

inline constexpr Allowed kColumnNames{.text = "a column's name, or its number from 0", .or_number = true};
inline constexpr std::uint64_t kMostCsvBytes = 1ull << 28, kMostEdgeListBytes = 1ull << 34;
inline constexpr std::size_t kMostCsvColumns = 10'000;

struct CsvTable {
  std::vector<std::string> names;  // of the chosen columns; their numbers where there is no header
  std::uint64_t rows = 0;
  std::vector<double> values;  // [row][chosen column]
};

// Reads the chosen columns (names of the header, or numbers from 0; none: all of them) of a file whose fields are
// separated by tabs, semicolons or commas (the first of these that the first row has outside quotes), one row a line,
// with a decimal point, quoted or not; lines may end with CR LF, and the text may begin with a byte order mark. The
// other columns may hold anything. Errors: InputError with file:line:column for a chosen field that is empty or no
// finite number, an empty line, a row with more or fewer fields than the first, an open quote, bytes that are no text;
// InputError for a file that cannot be read, is empty, has no row of numbers, or is larger than kMostCsvBytes.
// ConfigError (task.columns) for an unknown or repeated column. hint: what a reader of the file can do about a field
// that is no number, at the end of that error.
CsvTable read_csv(const std::string& path, const std::vector<std::string>& columns, CsvHeader header,
                  const std::string& hint = {}, const InputLimits& limits = {});

}  // namespace sprig
