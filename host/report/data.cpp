#include "host/report/data.hpp"

#include <cmath>
#include <filesystem>
#include <limits>

#include "sprig/core/error.hpp"
#include "sprig/formats/text_file.hpp"
#include "sprig/report/report.hpp"

namespace sprig::report {

namespace {

const Json kNothing;
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

Json read_object(const std::string& path) {
  Json json = read_json(path, kMaxReportInput);
  if (!json.is_object()) throw InputError(path, "is no JSON object");
  return json;
}

}  // namespace

void Node::refuse(const char* allowed) const {
  throw InputError(where_, std::string("found ") + json_->type_name() + "; allowed: " + allowed);
}

Node Node::operator[](const std::string& key) const {
  if (there() && !json_->is_object()) refuse("an object");
  const auto found = there() ? json_->find(key) : json_->end();
  return {found == json_->end() ? kNothing : *found, where_ + (where_.ends_with(".json") ? ": " : ".") + key};
}

std::vector<Node> Node::items() const {
  if (there() && !json_->is_array()) refuse("a list");
  std::vector<Node> list;
  for (std::size_t i = 0; i < json_->size(); ++i)
    list.emplace_back((*json_)[i], where_ + "[" + std::to_string(i) + "]");
  return list;
}

std::vector<std::pair<std::string, Node>> Node::members() const {
  if (there() && !json_->is_object()) refuse("an object");
  std::vector<std::pair<std::string, Node>> list;
  for (const auto& [key, value] : json_->items()) list.emplace_back(key, Node(value, where_ + "." + key));
  return list;
}

double Node::number() const {
  if (!there()) return kNaN;
  if (!json_->is_number()) refuse("a number");
  return json_->get<double>();
}

std::vector<double> Node::numbers() const {
  std::vector<double> list;
  for (const Node& entry : items()) list.push_back(entry.number());
  return list;
}

std::string Node::text() const {
  if (!there()) return "";
  if (!json_->is_string()) refuse("text");
  return json_->get<std::string>();
}

bool Node::flag() const {
  if (!there()) return false;
  if (!json_->is_boolean()) refuse("true or false");
  return json_->get<bool>();
}

RunData read_run(const std::string& folder) {
  std::error_code error;
  if (!std::filesystem::exists(folder, error))
    throw InputError(folder, error ? "cannot be read: " + error.message() : "there is no such folder");
  if (!std::filesystem::is_directory(folder, error)) throw InputError(folder, "is not a folder");
  RunData data;
  data.folder = folder;
  data.name = std::filesystem::weakly_canonical(folder, error).filename().string();
  if (!std::filesystem::exists(folder + "/result.json", error) && !error)  // else reading it says why it cannot be
    throw InputError(folder + "/result.json", "is missing: the run did not end, or this is no run folder");
  data.config = read_text_file(folder + "/config.resolved.toml", kMaxReportInput);
  data.manifest_json = read_object(folder + "/manifest.json");
  data.result_json = read_object(folder + "/result.json");
  const std::string observation = folder + "/observation.json";
  if (std::filesystem::exists(observation, error) || error) data.observation_json = read_object(observation);
  return data;
}

Histogram histogram(const Node& node) {
  Histogram h{node["edges"].numbers(), node["counts"].numbers()};
  const bool sizes = h.counts.empty() ? h.edges.empty() : h.edges.size() == h.counts.size() + 1;
  bool finite = true;
  for (const auto* list : {&h.edges, &h.counts})
    for (const double value : *list) finite &= std::isfinite(value);
  if (!sizes || !finite) throw InputError(node.where(), "is no histogram; allowed: finite counts, and one more edge");
  return h;
}

}  // namespace sprig::report
