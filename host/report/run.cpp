// How the run was made: the configuration, the manifest, and every plain figure of its result.
#include "host/report/sections.hpp"
#include "sprig/formats/markup.hpp"

namespace sprig::report {

namespace {

std::string plain(const Node& value) {
  if (value.json().is_string()) return value.text();
  if (value.json().is_number_float()) return figure(value.number(), 6);
  return value.json().dump();
}

// "guards.velocity": the members of objects stand with the object's name.
void flatten(const std::string& prefix, const Node& node, Table& table) {
  for (const auto& [key, value] : node.members()) {
    const std::string name = prefix + key;
    if (value.json().is_object())
      flatten(name + ".", value, table);
    else if (!value.json().is_array())
      table.rows.push_back({name, plain(value)});
  }
}

Table flat_table(const Node& node) {
  Table table{{}, {}, 2};
  flatten("", node, table);
  return table;
}

// How finely weights are held; nothing where the verb does not say.
Table fixed_point_table(const Node& result) {
  Table table{
      {"population", "receptor", "unit", "typical weight", "largest weight", "error / typical", "rounded to 0"}, {}, 2};
  for (const Node& one : result["fixed_point"].items())
    table.rows.push_back({one["population"].text(), figure(one["receptor"].number(), 1),
                          figure(one["unit"].number(), 4), figure(one["typical_weight"].number(), 6),
                          figure(one["largest_weight"].number(), 6), figure(one["error"].number(), 3),
                          figure(one["vanished"].number(), 12) + " of " + figure(one["weights"].number(), 12)});
  return table;
}

Table notes_table(const Node& result) {
  Table table{{}, {}, 1};
  for (const Node& note : result["notes"].items()) table.rows.push_back({note.text()});
  return table;
}

}  // namespace

void draw_run(Page& page, const RunData& run) {
  page.section("How it was made", "With the configuration below, sprig makes the same result again.");
  page.folded("Configuration", run.config);
  page.folded("Manifest", flat_table(run.manifest()));
  page.folded("Plain results", flat_table(run.result()));
  if (const Table notes = notes_table(run.result()); !notes.rows.empty()) page.folded("What was rounded", notes);
  if (const Table weights = fixed_point_table(run.result()); !weights.rows.empty())
    page.folded("Weights in fixed point", weights);
}

}  // namespace sprig::report
