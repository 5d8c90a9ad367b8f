// The columns of a table, declared once: what each is called and how its value is found. Printed as text, CSV, LaTeX
// and JSON, each of which says which columns it has, in its order.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <stdexcept>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "sprig/session/output.hpp"
#include "sprig/session/table.hpp"

namespace sprig {

// What stands in a place of a table: nothing, yes or no, text, a whole number, a number, a mean with its interval.
using TableValue = std::variant<std::monostate, bool, std::string, std::uint64_t, double, Interval>;

// "n/a" for a number that is NaN; numbers with so many digits, intervals with so many after the point.
std::string value_text(const TableValue& value, int digits);
// Six digits, nothing for NaN; of an interval the mean.
std::string value_csv(const TableValue& value);
// An interval in mathematics, "--" for NaN; text escaped.
std::string value_latex(const TableValue& value, int digits);
Json value_json(const TableValue& value);

// Quoted where it has to be (RFC 4180).
std::string csv_row(const std::vector<std::string>& cells);
std::string latex_escaped(const std::string& text);

template <class Row>
struct Column {
  std::string name;  // in CSV and in JSON, and of the column
  std::string title;
  std::function<TableValue(const Row&)> value;
  int digits = 4;
  std::string half_width = {};  // the name of a CSV column of its own for that of an interval; empty: there is none
  // In the place of value_text() or value_json(), where the value alone does not say it.
  std::function<std::string(const Row&)> text = {};
  std::function<Json(const Row&)> json = {};
};

using ColumnNames = std::vector<std::string>;

template <class Row>
class Columns {
 public:
  explicit Columns(std::vector<Column<Row>> columns) : columns_(std::move(columns)) {}

  std::string text(const std::vector<Row>& rows, const ColumnNames& names) const {
    const auto columns = chosen(names);
    TextTable table(titles(columns));
    for (const Row& row : rows) {
      std::vector<std::string> cells;
      for (const Column<Row>* c : columns)
        cells.push_back(c->text ? c->text(row) : value_text(c->value(row), c->digits));
      table.add(std::move(cells));
    }
    return table.text();
  }

  std::string csv(const std::vector<Row>& rows, const ColumnNames& names) const {
    const auto columns = chosen(names);
    std::vector<std::string> header;
    for (const Column<Row>* c : columns) {
      header.push_back(c->name);
      if (!c->half_width.empty()) header.push_back(c->half_width);
    }
    std::string out = csv_row(header);
    for (const Row& row : rows) {
      std::vector<std::string> cells;
      for (const Column<Row>* c : columns) {
        const TableValue value = c->value(row);
        cells.push_back(value_csv(value));
        if (c->half_width.empty()) continue;
        const auto* interval = std::get_if<Interval>(&value);
        cells.push_back(interval ? value_csv(interval->half_width) : "");
      }
      out += csv_row(cells);
    }
    return out;
  }

  // A line of a tabular: the titles, or a row.
  std::string latex_titles(const ColumnNames& names) const { return latex_line(titles(chosen(names))); }
  std::string latex_row(const Row& row, const ColumnNames& names) const {
    std::vector<std::string> cells;
    for (const Column<Row>* c : chosen(names)) cells.push_back(value_latex(c->value(row), c->digits));
    return latex_line(cells);
  }

  // Without the columns that have nothing for this row.
  Json json(const Row& row, const ColumnNames& names) const {
    Json entry = Json::object();
    for (const Column<Row>* c : chosen(names)) {
      const TableValue value = c->value(row);
      if (std::holds_alternative<std::monostate>(value)) continue;
      entry[c->name] = c->json ? c->json(row) : value_json(value);
    }
    return entry;
  }

 private:
  using Chosen = std::vector<const Column<Row>*>;

  Chosen chosen(const ColumnNames& names) const {
    Chosen columns;
    for (const std::string& name : names) {
      const auto found =
          std::find_if(columns_.begin(), columns_.end(), [&](const Column<Row>& c) { return c.name == name; });
      if (found == columns_.end()) throw std::logic_error("no column is called " + name);
      columns.push_back(&*found);
    }
    return columns;
  }
  static std::vector<std::string> titles(const Chosen& columns) {
    std::vector<std::string> titles;
    for (const Column<Row>* c : columns) titles.push_back(c->title);
    return titles;
  }
  static std::string latex_line(const std::vector<std::string>& cells) {
    std::string line;
    for (std::size_t k = 0; k < cells.size(); ++k) line += (k > 0 ? " & " : "") + cells[k];
    return line + " \\\\\n";
  }

  std::vector<Column<Row>> columns_;
};

}  // namespace sprig
