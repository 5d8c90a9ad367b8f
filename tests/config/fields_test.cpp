// Every field of every options struct, with values below, at and above the ends of what it may hold: reading a
// configuration and the room that owns the struct refuse the same values, in the same words.
#include <cmath>
#include <functional>
#include <limits>
#include <map>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "host/config/sections.hpp"
#include "host/config/toml_value.hpp"
#include "host/tasks/classification_options.hpp"
#include "host/tasks/forecast_options.hpp"
#include "sprig/core/error.hpp"
#include "sprig/learning/competitive/check.hpp"
#include "sprig/pruning/options.hpp"

namespace sprig {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

// Values about what is allowed, those that make no sense among them.
template <class T>
std::vector<T> values_about(const Allowed& allowed) {
  if constexpr (kIsList<T>) {
    std::vector<T> lists{{}};
    for (const auto& value : values_about<typename T::value_type>(allowed)) lists.push_back({value});
    return lists;
  } else if constexpr (std::same_as<T, bool>) {
    return {false, true};
  } else if constexpr (Worded<T>) {
    std::vector<T> all;
    for (std::size_t k = 0; k < words_of(T{}).size(); ++k) all.push_back(static_cast<T>(k));
    return all;
  } else if constexpr (std::integral<T>) {
    std::vector<T> numbers;
    for (const double end : {allowed.low, allowed.high})
      for (const double x : {end - 1, end, end + 1})
        if (x >= static_cast<double>(std::numeric_limits<T>::min()) &&
            x <= static_cast<double>(std::numeric_limits<T>::max()))
          numbers.push_back(static_cast<T>(x));
    return numbers;
  } else if constexpr (std::floating_point<T>) {
    std::vector<T> numbers{std::nan(""), kInfinity, -kInfinity, 0, -1, 1};
    for (const double end : {allowed.low, allowed.high})
      if (std::isfinite(end))
        for (const double x : {std::nextafter(end, -kInfinity), end, std::nextafter(end, kInfinity)})
          numbers.push_back(x);
    return numbers;
  } else if constexpr (std::same_as<T, Distribution>) {
    using Kind = Distribution::Kind;
    std::vector<T> laws{{Kind::normal, 1, -1}, {Kind::lognormal, 0, -1}, {Kind::gamma, 0, 1},
                        {Kind::gamma, 1, 0},   {Kind::uniform, 3, 2},    {Kind::gamma, 2, 3}};
    for (const double x : values_about<double>(allowed)) {
      laws.push_back({Kind::constant, x, 0});
      if (std::isfinite(x)) laws.push_back({Kind::normal, x, 1});
      if (std::isfinite(x)) laws.push_back({Kind::uniform, x, x + 1});
    }
    return laws;
  } else if constexpr (std::same_as<T, Device>) {
    return {T::cpu,         T::cuda,
            T::cuda_all,    T::automatic,
            T::cuda_at(0),  T::cuda_at(T::kHighest),
            T::cuda_at(-1), T::cuda_at(T::kHighest + 1)};
  } else {
    return {"", "text", std::string("a\0b", 3)};
  }
}

template <class T>
std::string assigned(const T& value) {
  if constexpr (std::same_as<T, Distribution>) {
    if (value.kind == Distribution::Kind::constant) return to_toml(value.a);  // the only way to write NaN
  }
  return to_toml(value);
}
std::string assigned(const std::vector<Distribution>& laws) {
  std::string text = "[";
  if (!laws.empty()) text += assigned(laws.front());
  return text += "]";
}

std::string said_by(const std::function<void()>& call) {
  try {
    call();
  } catch (const ConfigError& error) {
    return error.what();
  }
  return "";
}

Network one_neuron() {
  NetworkSpec spec;
  spec.neurons = 1;
  return build_network(spec, 1);
}

// The calls by which a room refuses its options. Some are the beginning of a run: they are left out for options that
// are fine by the table.
struct Room {
  std::vector<std::function<void(const Config&)>> calls;
  bool only_refused = false;

  // The first refusal of that key.
  std::string said(const std::string& key, const Config& config) const {
    for (const auto& call : calls)
      if (const std::string text = said_by([&] { call(config); }); text.starts_with(key + ": found ")) return text;
    return "";
  }
};

// By section, or by key where config owns what the rest of the section does not.
std::map<std::string, Room> rooms() {
  static const Network network = one_neuron();
  const Room own{{[](const Config& c) {
    Config copy = c;
    finish_config(copy);
  }}};
  const Room spec{{[](const Config& c) { check_network_spec(c.network); }}};
  const Room prune{{[](const Config& c) { check_prune_options(c.prune, network, {}); }}};
  const Room run{{[](const Config& c) { make_simulation(network, {}, c.simulation); }}, true};
  const Room task{{[](const Config& c) { check_classification(c.task.classification(), 0.1); },
                   [](const Config& c) { check_forecast(c.task, 0.1); }}};
  const Room training{{[](const Config& c) { train_stdp(network, {}, {}, c.training.stdp); },
                       [](const Config& c) { train_bptt(network, {}, {}, {}, c.training.sequences.bptt); },
                       [](const Config& c) { train_bptt_on(network, {}, {}, c.task, c.training.sequences, 1); }},
                      true};
  const Room learn{{[](const Config& c) { check_competitive(c.learn.model); },
                    [](const Config& c) { protocol_stages(c.learn.protocol, {}, {}, 1); }},
                   true};
  const Room layered{{[](const Config& c) { layered_system(c.layered)->check(); }}};
  std::map<std::string, Room> all{{"run", run},
                                  {"network", spec},
                                  {"neuron", spec},
                                  {"lyapunov", {{[](const Config& c) { check_lyapunov_options(network, {}, c.lyapunov); }}}},
                                  {"prune", prune},
                                  {"delocalise", prune},
                                  {"timescales", prune},
                                  {"task", task},
                                  {"training", training},
                                  {"learn", learn},
                                  {"layered", layered}};
  for (const char* key : {"run.duration_ms",
                          "run.transient_ms",
                          "run.record_spikes",
                          "run.count_window_ms",
                          "run.probe",
                          "network.file",
                          "network.orientation",
                          "network.duplicates",
                          "network.ids",
                          "network.nodes",
                          "network.unlisted",
                          "network.edge_types",
                          "network.groups",
                          "drive",
                          "study",
                          "operating_point",
                          "bench",
                          "learn.images",
                          "learn.folder",
                          "learn.seeds",
                          "learn.name",
                          "learn.variants",
                          "model_search"})
    all.emplace(key, own);
  return all;
}

// Sets one field, the n-th of all.
struct Set {
  std::size_t n, value;
  std::string key, assignment, words;
  std::size_t at = 0, values = 0;
  const char* here = "";

  void section(const char* name) { here = name; }
  template <class T>
  void operator()(const char* name, T& field, const Allowed& allowed, const char*) {
    if (at++ != n) return;
    const std::vector<T> all = values_about<T>(allowed);
    values = all.size();
    key = std::string(here) + "." + name;
    words = in_words(field, allowed);
    field = all[value];
    assignment = key + "=" + assigned(field);
  }
};

TEST(Fields, RoomsRefuseWhatReadingRefusesInTheSameWords) {
  const std::map<std::string, Room> all = rooms();
  std::size_t fields = 0, refused = 0, taken = 0;
  for (bool more = true; more; fields += more) {
    more = false;
    for (std::size_t value = 0, values = 1; value < values; ++value) {
      Config config;
      Set set{fields, value, "", "", ""};
      sections(config, set);
      if (set.key.empty()) break;
      more = true;
      values = set.values;
      const std::string read = said_by([&] {
        Config fresh;
        set_config(fresh, set.assignment, "");
      });
      const Room& room = all.contains(set.key) ? all.at(set.key) : all.at(set.key.substr(0, set.key.find('.')));
      refused += !read.empty();
      taken += read.empty();
      if (read.empty() && room.only_refused) continue;
      const std::string called = room.said(set.key, config);
      if (!read.empty()) {
        EXPECT_EQ(called, read) << set.assignment;
      } else {  // by what fields are to each other, perhaps
        EXPECT_EQ(called.find("; allowed: " + set.words), std::string::npos) << set.assignment << ": " << called;
      }
    }
  }
  EXPECT_GT(fields, 240u);
  EXPECT_GT(refused, 500u);
  EXPECT_GT(taken, 500u);
}

TEST(Fields, ARefusalHasTheKeyWhatWasFoundAndWhatIsAllowed) {
  PruneOptions options;
  options.delocalise.budget = 0.6;
  const Network network = one_neuron();
  EXPECT_EQ(said_by([&] { check_prune_options(options, network, {}); }),
            "delocalise.budget: found 0.6; allowed: a number in (0, 0.5]");
  SimulationOptions simulation;
  simulation.weight_bits = 24;
  EXPECT_EQ(said_by([&] { make_simulation(network, {}, simulation); }), "run.weight_bits: found 24; allowed: 16 or 32");
  CompetitiveOptions model;
  model.neurons = 0;
  EXPECT_EQ(said_by([&] { check_competitive(model); }),
            "learn.neurons: found 0; allowed: a whole number from 1 to 1000000");
}

}  // namespace
}  // namespace sprig
