// What a page is drawn from: the files of a run folder, and JSON that is read without trusting it.
#pragma once

#include <string>
#include <vector>

#include "sprig/report/json.hpp"

namespace sprig::report {

// A value in a JSON file, with its place for messages. What is absent or null is empty; what is of another kind than
// was asked for is an InputError that names the place.
class Node {
 public:
  Node(const Json& json, std::string where) : json_(&json), where_(std::move(where)) {}

  bool there() const { return !json_->is_null(); }
  Node operator[](const std::string& key) const;
  std::vector<Node> items() const;                            // of a list
  std::vector<std::pair<std::string, Node>> members() const;  // of an object, in the file's order
  double number() const;                                      // NaN when it is not there
  std::vector<double> numbers() const;                        // NaN where an entry is null
  std::string text() const;
  bool flag() const;
  const Json& json() const { return *json_; }
  const std::string& where() const { return where_; }

 private:
  [[noreturn]] void refuse(const char* allowed) const;
  const Json* json_;
  std::string where_;
};

struct RunData {
  std::string folder, name;  // as given; its last part
  std::string config;        // config.resolved.toml
  Json manifest_json, result_json, observation_json;
  Node manifest() const { return {manifest_json, folder + "/manifest.json"}; }
  Node result() const { return {result_json, folder + "/result.json"}; }
  Node observation() const { return {observation_json, folder + "/observation.json"}; }
};

// Errors: InputError.
RunData read_run(const std::string& folder);

struct Histogram {
  std::vector<double> edges, counts;  // empty, or one edge more than counts
};
Histogram histogram(const Node& node);

}  // namespace sprig::report
