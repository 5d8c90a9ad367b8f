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

}  // namespace

void draw_run(Page& page, const RunData& run) {
  page.section("How it was made", "With the configuration below, sprig makes the same result again.");
  page.folded("Configuration", run.config);
  page.folded("Manifest", flat_table(run.manifest()));
  page.folded("Plain results", flat_table(run.result()));
}

}  // namespace sprig::report
