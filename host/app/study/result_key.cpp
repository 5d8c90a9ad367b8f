#include "host/app/study/result_key.hpp"

#include "sprig/core/hd.hpp"
#include "sprig/core/version.hpp"

namespace sprig::app {

std::uint64_t FileContents::of(const Config& config) {
  Inputs inputs = inputs_of(config);
  const auto known = known_.find(inputs);
  if (known != known_.end()) return known->second;
  const std::uint64_t key = contents_key(inputs);
  known_.emplace(std::move(inputs), key);
  return key;
}

void add_text(Hash& hash, std::string_view text) {
  hash.add(std::uint64_t{text.size()}).bytes(text.data(), text.size());
}

Hash result_key(const Config& of, std::uint64_t contents) {
  Config config = of;
  const Config defaults;
  config.simulation.threads = defaults.simulation.threads;
  config.simulation.slices = defaults.simulation.slices;
  config.simulation.device = defaults.simulation.device;
  config.simulation.cuda_engine = defaults.simulation.cuda_engine;
  config.simulation.seed = defaults.simulation.seed;
  config.run = defaults.run;
  if (of.run.activity == ActivityPolicy::refuse) config.run.activity = of.run.activity;  // which a cell may fail by
  config.study = defaults.study;
  config.operating_point = defaults.operating_point;
  config.bench = defaults.bench;
  config.learn = defaults.learn;
  config.model_search = defaults.model_search;
  config.prune.method = defaults.prune.method;
  config.prune.density = defaults.prune.density;
  Hash hash;
  add_text(hash, resolved_config(config));
  add_text(hash, version().git_revision);
  return hash.add(static_cast<std::uint32_t>(sizeof(real))).add(contents);
}

}  // namespace sprig::app
