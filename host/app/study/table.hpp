// What the cells of a study say together: means with 95 % intervals, differences paired by seed, ranks, whether a task
// counts; as text, CSV, LaTeX and JSON. Of the gains of a line, tables have the one of least mean error on validation
// data; curves() has all.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "host/app/study/cells.hpp"
#include "sprig/session/columns.hpp"
#include "sprig/tasks/statistics.hpp"

namespace sprig::app {

class Summary {
 public:
  Summary(const StudyGrid& grid, const Rows& rows);

  std::string text() const;  // a table for each task and training
  std::string csv() const;   // one table
  std::string latex() const;
  Json json() const;
  Json curves() const;  // every line, also those whose gain was not chosen

  // lnp's lines against each control at the same density (dense, random, random with the gain of the
  // nearest mean rate on test data where that is another, random by sign, weight, activity): differences of scores with
  // p values, adjusted for all of them together (Holm), and of the largest conditional exponents; as text and JSON.
  void claims(std::string& text, Json& json) const;

  // Whether recurrence matters for each task, as a sentence and as JSON.
  void judge(std::string& text, Json& json) const;

  // The variants of lnp by their error on validation data, averaged over densities (those that have all of them), for
  // each task and training; empty without variants.
  std::string variant_order() const;

  // What stands below the tables: what their figures are over, and which rows lack some.
  std::string footer(bool one_network) const;

 private:
  using Field = double (*)(const Row&);

  std::string section(std::size_t first, std::size_t last) const;  // the table of lines [first, last)
  Columns<std::size_t> columns(std::size_t first) const;  // of lines, with the titles of the section of `first`
  std::vector<std::size_t> chosen_lines(std::size_t first, std::size_t last) const;
  bool chosen(std::size_t line) const { return chosen_[line]; }
  bool at_edge(std::size_t line) const;  // a smaller or larger gain might be better still

  const std::optional<Row>& row(std::size_t line, std::size_t seed) const { return rows_[line * grid_.seeds + seed]; }
  std::vector<double> values(std::size_t line, Field field) const;
  Interval mean(std::size_t line, Field field) const;
  // A field over the seeds that both lines have: paired values, and their difference.
  std::pair<std::vector<double>, std::vector<double>> pairs(std::size_t line, std::size_t other, Field field) const;
  Interval difference(std::size_t line, std::size_t other) const;  // of scores
  Interval difference(std::size_t line, std::size_t other, Field field) const;
  // The chosen line of the same task and training that differs in nothing but what is asked for. dense and other
  // controls: of the same variant where it has one, else of the configuration as it is, where they are the variant's
  // too.
  std::optional<std::size_t> find(std::size_t line, const std::string& variant, PruneMethod method,
                                  double density) const;
  std::optional<std::size_t> dense_of(std::size_t line) const;
  std::optional<std::size_t> control_of(std::size_t line, PruneMethod method) const;
  std::optional<std::size_t> random_of(std::size_t line) const { return control_of(line, PruneMethod::random); }
  // random at the same density with the gain whose mean rate is nearest.
  std::optional<std::size_t> random_at_rate(std::size_t line) const;
  std::optional<std::size_t> base_of(std::size_t line) const;  // of a variant: the configuration as it is
  // Mean over seeds of the score's rank (1: best) among the methods of the same density and variant, ties sharing their
  // mean; NaN for fewer than two methods.
  double rank(std::size_t line) const;
  // The first line of each task and training, in order, and one past the last.
  std::vector<std::size_t> section_starts() const;
  std::string measure(std::size_t line) const;
  bool vpt_in_samples(std::size_t line) const;

  const StudyGrid& grid_;
  const Rows& rows_;
  std::vector<bool> chosen_;  // of each line
};

}  // namespace sprig::app
