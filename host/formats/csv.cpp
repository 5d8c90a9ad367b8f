// Reading CSV files.
#include "sprig/formats/csv.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>

#include "host/formats/csv_rows.hpp"
#include "sprig/core/error.hpp"
#include "sprig/formats/text_file.hpp"

namespace sprig {

namespace {

bool is_header(const std::vector<CsvField>& first, CsvHeader header) {
  if (header != CsvHeader::automatic) return header == CsvHeader::yes;
  return std::none_of(first.begin(), first.end(), [](const CsvField& f) { return csv_number(f.text).has_value(); });
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
      throw ConfigError("task.columns", csv_shown(column) + " is no column of " + path + "; there are " +
                                            std::to_string(names.size()) + ": " + there +
                                            (names.size() > kMostShown ? ", ..." : ""));
    }
    if (std::find(chosen.begin(), chosen.end(), index) != chosen.end())
      throw ConfigError("task.columns", csv_shown(column) + " twice, must be distinct columns");
    chosen.push_back(index);
  }
  for (std::size_t k = 0; columns.empty() && k < names.size(); ++k) chosen.push_back(k);
  return chosen;
}

}  // namespace

CsvTable read_csv(const std::string& path, const std::vector<std::string>& columns, CsvHeader header,
                  const std::string& hint, const InputLimits& limits) {
  const std::string text = read_text_file(path, kMostCsvBytes, limits, kTooManyRows);
  CsvRows rows(path, text);
  std::vector<CsvField> fields;
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
      const std::string where = "column " + csv_shown(names[k]) + ": ";
      if (fields[k].text.empty())
        rows.fail(fields[k].column, where + "an empty field (a gap), must be a finite number");
      const std::optional<double> value = csv_number(fields[k].text);
      if (!value || !std::isfinite(*value))
        rows.fail(fields[k].column, where + "found " + csv_shown(fields[k].text) + ", must be a finite number" +
                                        (hint.empty() ? "" : "; " + hint));
      table.values.push_back(*value);
    }
    ++table.rows;
  }
  if (table.rows == 0) throw InputError(path, "has a header and no row of numbers");
  return table;
}

}  // namespace sprig
