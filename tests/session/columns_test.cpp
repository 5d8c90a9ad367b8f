#include "sprig/session/columns.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace sprig {
namespace {

struct Method {
  std::string name;
  std::uint64_t synapses;
  double rate;
  Interval score;
  bool compared;
};

Columns<Method> columns() {
  using M = const Method&;
  std::vector<Column<Method>> list{{"method", "method", [](M m) -> TableValue { return m.name; }},
                                   {"synapses", "synapses", [](M m) -> TableValue { return m.synapses; }},
                                   {"rate", "rate (Hz)", [](M m) -> TableValue { return m.rate; }, 3},
                                   {"score", "NRMSE", [](M m) -> TableValue { return m.score; }, 2, "half_width"},
                                   {"compared", "compared", [](M m) -> TableValue { return m.compared; }}};
  Column<Method> minus;
  minus.name = "minus";
  minus.title = "- dense";
  minus.value = [](M m) { return m.compared ? TableValue(m.score) : TableValue(); };
  minus.text = [](M m) { return m.compared ? "worse" : ""; };
  minus.json = [](M) { return Json(-1); };
  list.push_back(minus);
  return Columns<Method>(std::move(list));
}

const std::vector<Method> kRows{{"a_b, \"c\"", 12345678, 1.23456789, {0.5, 0.25}, true},
                                {"d", 2, NAN, {0.75, NAN}, false}};

TEST(Columns, PrintTheSameRowsAsTextAndCsv) {
  const Columns<Method> table = columns();
  EXPECT_EQ(table.text(kRows, {"method", "rate", "score", "minus", "compared"}),
            "method    rate (Hz)          NRMSE  - dense  compared\n"
            "a_b, \"c\"       1.23  0.50 +- 0.25    worse       yes\n"
            "d               n/a           0.75                no\n");
  EXPECT_EQ(table.csv(kRows, {"score", "method", "synapses", "rate", "minus"}),
            "score,half_width,method,synapses,rate,minus\n"
            "0.5,0.25,\"a_b, \"\"c\"\"\",12345678,1.23457,0.5\n"
            "0.75,,d,2,,\n");
}

TEST(Columns, LatexIsEscapedAndIntervalsAreMathematics) {
  EXPECT_EQ(columns().latex_row(kRows[0], {"method", "score", "synapses"}),
            "a\\_b, \"c\" & $0.50 \\pm 0.25$ & 12345678 \\\\\n");
  EXPECT_EQ(columns().latex_row({"", 0, 0, {NAN, NAN}, false}, {"score", "minus"}), "-- &  \\\\\n");
  EXPECT_EQ(latex_escaped("5 % of {x} & #1 $\\~^"),
            "5 \\% of \\{x\\} \\& \\#1 \\$\\textbackslash{}\\textasciitilde{}\\textasciicircum{}");
}

TEST(Columns, JsonLeavesOutWhatARowHasNothingFor) {
  EXPECT_EQ(json_text(columns().json(kRows[0], {"method", "score", "minus", "compared"})),
            R"({"method":"a_b, \"c\"","score":{"mean":0.5,"half_width":0.25},"minus":-1,"compared":true})");
  EXPECT_EQ(json_text(columns().json(kRows[1], {"rate", "minus"})), R"({"rate":null})");
}

TEST(Columns, AnUnknownNameIsAMistake) { EXPECT_THROW(columns().csv(kRows, {"methods"}), std::logic_error); }

}  // namespace
}  // namespace sprig
