#include "host/app/bench/case_log.hpp"

#include <unistd.h>

#include "sprig/core/threads.hpp"
#include "sprig/core/version.hpp"
#include "sprig/engine/exchange.hpp"
#include "sprig/session/work_key.hpp"

namespace sprig::app {

namespace {

void add_text(Hash& hash, const std::string& text) {
  hash.add(std::uint64_t{text.size()}).bytes(text.data(), text.size());
}

// Every number of a measurement with its name, for writing and for reading; but for populations and statistics.
template <class M>
void each_number(M& m, auto&& visit) {
  visit("neurons", m.neurons), visit("replicas", m.replicas), visit("step_ms", m.step_ms);
  visit("construct_s", m.construct_s), visit("prune_s", m.prune_s), visit("device", m.device), visit("note", m.note);
  visit("threads", m.threads), visit("population_spikes", m.population_spikes), visit("block_spikes", m.block_spikes);
  visit("counted_steps", m.counted_steps), visit("spikes", m.spikes), visit("synaptic_events", m.events);
  visit("hash", m.hash), visit("wall_s_of_repeats", m.wall_s);
}

Json line_of(const BenchCase& one, const BenchSteps& steps, const Measurement& m) {
  Json line{{"settings", one.settings}, {"seed", one.simulation.seed}, {"steps", steps.measured}};
  each_number(m, [&](const char* name, const auto& value) { line[name] = value; });
  line["synapses"] = m.synapses.value();
  line["populations"] = Json::array();
  for (const Population& p : m.populations)
    line["populations"].push_back(
        {{"name", p.name}, {"first", p.first}, {"count", p.count}, {"inhibitory", p.inhibitory}});
  return line;
}

// Errors: Json::exception.
Measurement measurement_of(const Json& line) {
  Measurement m;
  each_number(m, [&]<class T>(const char* name, T& value) { value = line.at(name).get<T>(); });
  m.synapses = line.at("synapses").get<std::uint64_t>();
  for (const Json& p : line.at("populations"))
    m.populations.push_back({p.at("name").get<std::string>(), p.at("first").get<std::uint32_t>(),
                             p.at("count").get<std::uint32_t>(), p.at("inhibitory").get<bool>()});
  m.complete = true;
  return m;
}

}  // namespace

CaseLog::CaseLog(WorkLog& log, const Config& config) : log_(log) {
  log_.open("cases.jsonl");
  char host[256] = {};
  ::gethostname(host, sizeof host - 1);
  add_text(common_, host);
  add_text(common_, version().git_revision);
  common_.add(work_key("bench", config)).add(static_cast<std::uint32_t>(team_size(config.simulation.threads)));
  if (const Exchange* ranks = config.simulation.ranks.exchange) common_.add(ranks->ranks());
}

Hash CaseLog::key_of(const BenchCase& one, const BenchSteps& steps) const {
  Hash hash = common_;
  add_text(hash, json_text(one.settings));
  return hash.add(one.simulation.seed).add(steps.warmup).add(steps.measured).add(steps.repeats);
}

Checkpoints CaseLog::statistics_of(const Hash& key) { return log_.checkpoints("case_" + key.hex(), {key.value()}); }

std::optional<Measurement> CaseLog::find(const BenchCase& one, const BenchSteps& steps, bool full) {
  const Hash key = key_of(one, steps);
  const Json* line = log_.find(key.hex());
  if (line == nullptr) return {};
  try {
    Measurement m = measurement_of(*line);
    if (full) {
      m.statistics.emplace(m.populations, m.step_ms, 0, SpikeStatisticsOptions{});
      if (!statistics_of(key).restore([&](Reader& reader) { reader(*m.statistics); })) return {};
    }
    ++found_;
    return m;
  } catch (const Json::exception&) {
    return {};  // not as this revision writes them: measured again
  }
}

void CaseLog::add(const BenchCase& one, const BenchSteps& steps, const Measurement& measured) {
  const Hash key = key_of(one, steps);
  if (measured.statistics) statistics_of(key).keep([&](Writer& writer) { writer(*measured.statistics); });
  log_.add(key.hex(), line_of(one, steps, measured));
}

const Json* CaseLog::find_line(const BenchCase& one, const BenchSteps& steps) {
  const Json* line = log_.find(key_of(one, steps).hex());
  found_ += line != nullptr ? 1 : 0;
  return line;
}

void CaseLog::add_line(const BenchCase& one, const BenchSteps& steps, const Json& line) {
  log_.add(key_of(one, steps).hex(), line);
}

}  // namespace sprig::app
