// What holds between [[population]], [[projection]], [[stimulus]], [[record]] and the sections.
#include "host/config/described.hpp"

#include <filesystem>
#include <unordered_map>

#include "host/config/keys.hpp"
#include "host/config/tables.hpp"
#include "sprig/config/nearest.hpp"
#include "sprig/core/error.hpp"
#include "sprig/core/refuse.hpp"

namespace sprig {

namespace {

void check_entries(const Config& config) {
  tables(config, [](const char* table, const auto& list) {
    for (std::size_t i = 0; i < list.size(); ++i) {
      const std::string label = entry_label(table, list[i], i);
      FieldCheck check{label.c_str()};
      entry_fields(list[i], check);
    }
  });
}

// A name must be one of the populations'.
class PopulationNames {
 public:
  explicit PopulationNames(const std::vector<PopulationSpec>& populations) {
    for (std::size_t i = 0; i < populations.size(); ++i) {
      const std::string& name = populations[i].name;
      if (name.empty()) refuse("population." + std::to_string(i) + ".name", in_quotes(name), "a name of its own");
      if (const auto [first, is_new] = number_of_.emplace(name, i); !is_new)
        refuse("population." + std::to_string(i) + ".name",
               in_quotes(name.substr(0, 80)) + ", the name of population " + std::to_string(first->second),
               "a name of its own");
    }
  }

  void check(const std::string& key, const std::vector<std::string>& names) const {
    for (const std::string& name : names) {
      if (number_of_.contains(name)) continue;
      std::vector<std::string> all;
      for (const auto& [known, number] : number_of_) all.push_back(known);
      const std::string near = nearest_spelling(name, all);
      throw ConfigError(key, "found " + in_quotes(name.substr(0, 80)) + ", which names no [[population]]" +
                                 (near.empty() ? "" : "; did you mean " + in_quotes(near.substr(0, 80)) + "?"));
    }
  }

 private:
  std::unordered_map<std::string, std::size_t> number_of_;
};

void check_names(const Config& config) {
  const PopulationNames names(config.description.populations);
  const auto check = [&](const char* table, const auto& list, const char* key, auto member) {
    for (std::size_t i = 0; i < list.size(); ++i)
      names.check(entry_label(table, list[i], i) + "." + key, list[i].*member);
  };
  check("projection", config.description.projections, "from", &ProjectionSpec::from);
  check("projection", config.description.projections, "to", &ProjectionSpec::to);
  check("stimulus", config.stimuli, "to", &StimulusSpec::to);
  check("record", config.records, "of", &RecordSpec::of);
}

// The files of values that a field may name.
struct PathsOfEntry {
  template <class T>
  void operator()(const char*, T& field, const Allowed&, const char*) const {
    if constexpr (std::same_as<T, std::optional<NeuronValues>>) {
      if (field) make_absolute(field->file);
    } else if constexpr (std::same_as<T, ConnectionRule>) {
      make_absolute(field.file);
    }
  }
};

// Keys of [network] describe another network than [[population]] does, but for the step.
void refuse_other_networks(const Config& config) {
  for (const std::string& key : config.given) {
    if (key == "network.file")
      throw ConfigError(key, "loads a network, and [[population]] describes another; remove one of the two");
    if (key.starts_with("network.") && !describes_populations(key))
      throw ConfigError(key, "describes another network than [[population]] does; remove one of the two");
  }
}

}  // namespace

void make_absolute(std::string& path) {
  if (!path.empty()) path = std::filesystem::absolute(path).lexically_normal().string();
}

void finish_described(Config& config) {
  // The configuration that made a network may go on to judge it: then it is the file's.
  if (!config.network_file.empty() && config.by_set.contains("network.file") && !config.by_set.contains("population")) {
    config.description = {};
    config.given.erase("population");
    config.given.erase("projection");
  }
  check_entries(config);
  tables(config, [](const char*, auto& list) {
    for (auto& entry : list) entry_fields(entry, PathsOfEntry{});
  });
  for (StimulusSpec& stimulus : config.stimuli) make_absolute(stimulus.file);
  NetworkDescription& description = config.description;
  if (description.empty()) {
    if (!description.projections.empty())
      throw ConfigError("projection", "needs [[population]] tables, which it connects");
    return;
  }
  refuse_other_networks(config);
  check_names(config);
  description.defaults = config.network;
}

}  // namespace sprig
