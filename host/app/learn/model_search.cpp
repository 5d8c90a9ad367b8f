// sprig search, model_search.mode = "size": SpikeDyn's model search (Putra & Shafique, DAC 2021). Models of n_add, 2
// n_add, ... neurons while their memory fits: each is presented with a few images, learning and not, and judged by the
// energy of as many as it is to see. The largest that keeps all limits is chosen, and its prediction compared with a
// full run.
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <optional>

#include "host/app/learn/energy_meter.hpp"
#include "host/app/learn/learner_search.hpp"
#include "host/app/verbs.hpp"
#include "sprig/core/error.hpp"
#include "sprig/core/hash.hpp"
#include "sprig/core/version.hpp"
#include "sprig/engine/device.hpp"
#include "sprig/learning/competitive/check.hpp"
#include "sprig/learning/competitive/model_memory.hpp"
#include "sprig/session/columns.hpp"
#include "sprig/session/learn_models.hpp"
#include "sprig/session/place.hpp"
#include "sprig/session/progress.hpp"
#include "sprig/session/session.hpp"

namespace sprig::app {

namespace {

// What one phase took, learning or not.
struct Energy {
  double images = 0, counted_j = 0, measured_j = std::nan("");
  double memory_j = 0;  // of what is counted
  double an_image() const { return (std::isnan(measured_j) ? counted_j : measured_j) / images; }

  static void persist(auto& self, auto& archive) {
    archive(self.images, self.counted_j, self.measured_j, self.memory_j);
  }
};
Json energy_json(const Energy& e) {
  return {{"images", e.images}, {"counted_j", e.counted_j}, {"measured_j", e.measured_j}, {"memory_j", e.memory_j}};
}
// Errors: Json::exception.
Energy energy_of(const Json& json) {
  const Json& measured = json.at("measured_j");
  return {json.at("images").get<double>(), json.at("counted_j").get<double>(),
          measured.is_null() ? std::nan("") : measured.get<double>(), json.at("memory_j").get<double>()};
}

struct Candidate {
  CompetitiveOptions options;
  ModelMemory memory;
  Energy train, infer;
  double train_j = 0, infer_j = 0;  // of all images
  std::string refused;              // the limit that it breaks; empty: none
};

class Search {
 public:
  Search(const Config& config, const LearnImages& images)
      : config_(config),
        search_(config.model_search),
        images_(images),
        pixels_{images.train.data, images.train.shape.pixels(), 0},
        meter_(meter_of(config)) {
    train_images_ = of(search_.train_images, images.train.size());
    infer_images_ = of(search_.infer_images, images.test.size());
    images_hash_ = Hash().add(images.train.data).value();
  }

  std::string source() const { return meter_ ? meter_->source() : counted_energy_text(search_.memory_pj_per_bit); }
  std::uint64_t train_images() const { return train_images_; }

  // A model's energies, from `count` images; from the log where an earlier run of the folder measured them.
  Candidate measure(std::uint32_t neurons, std::uint64_t count, WorkLog& log, const Progress& progress) {
    Candidate c;
    c.options = config_.learn.model;
    c.options.neurons = neurons;
    c.options.seed = config_.simulation.seed;
    c.memory = model_memory(c.options, pixels_.pixels, search_.stored_inhibition);
    const Hash key = key_of(neurons, count);
    if (!found(log.find(key.hex()), c)) {
      present_both(c, count, log.checkpoints(std::to_string(neurons) + "_" + std::to_string(count), {key.value()}),
                   progress);
      log.add(key.hex(), {{"neurons", neurons}, {"train", energy_json(c.train)}, {"infer", energy_json(c.infer)}});
    }
    c.train_j = c.train.an_image() * static_cast<double>(train_images_);
    c.infer_j = c.infer.an_image() * static_cast<double>(infer_images_);
    if (over(search_.train_energy_j, c.train_j))
      c.refused = "train_energy_j";
    else if (over(search_.infer_energy_j, c.infer_j))
      c.refused = "infer_energy_j";
    return c;
  }

  bool fits(std::uint32_t neurons) const { return memory_of(neurons) <= search_.memory_kb * kKilobyte; }
  double memory_of(std::uint32_t neurons) const {
    CompetitiveOptions o = config_.learn.model;
    o.neurons = neurons;
    return static_cast<double>(model_memory(o, pixels_.pixels, search_.stored_inhibition).total());
  }

 private:
  static std::uint64_t of(std::uint64_t asked, std::uint64_t there) { return asked > 0 ? asked : there; }
  static std::unique_ptr<EnergyMeter> meter_of(const Config& config) {
    if (config.model_search.energy == EnergySource::counted) return nullptr;
    return uses_device(config.simulation.device)
               ? device_energy_meter(cuda::use_device(config.simulation.device).pci_bus_id)
               : processor_energy_meter();
  }
  static bool over(double limit, double value) { return limit > 0 && value > limit; }

  // All that the energies of a model follow from; measured ones are of this machine.
  Hash key_of(std::uint32_t neurons, std::uint64_t count) const {
    Config of_model;  // everything else at its default
    of_model.learn.model = config_.learn.model;
    of_model.learn.model.neurons = neurons;
    of_model.simulation.seed = config_.simulation.seed;
    of_model.model_search.memory_pj_per_bit = search_.memory_pj_per_bit;
    const std::string text = resolved_config(of_model), revision = version().git_revision, meter = source();
    Hash hash;
    hash.bytes(text.data(), text.size()).bytes(revision.data(), revision.size()).bytes(meter.data(), meter.size());
    if (meter_) {
      char host[256] = {};
      ::gethostname(host, sizeof host - 1);
      hash.bytes(host, sizeof host);
    }
    return hash.add(images_hash_).add(count).add(std::min(count, infer_images_));
  }

  // Whether it is a piece of the log that says them.
  static bool found(const Json* piece, Candidate& c) {
    if (piece == nullptr) return false;
    try {
      c.train = energy_of(piece->at("train"));
      c.infer = energy_of(piece->at("infer"));
      return true;
    } catch (const Json::exception&) {
      return false;
    }
  }

  // A model under way: what it has learnt, and what its phases have taken so far.
  struct Way {
    CompetitiveState state;
    bool learnt = false;
    Energy train, infer;

    static void persist(auto& self, auto& archive) { archive(self.state, self.learnt, self.train, self.infer); }
  };

  void present_both(Candidate& c, std::uint64_t count, const Checkpoints& checkpoints, const Progress& progress) {
    Way way;
    if (!checkpoints.restore([&](Reader& reader) { reader(way); }))
      way.state = initial_state(c.options, pixels_.pixels);
    if (!way.learnt) present_all(c.options, way, count, checkpoints, progress.part(0, 0.5));
    way.learnt = true;
    present_all(c.options, way, std::min(count, infer_images_), checkpoints, progress.part(0.5, 1));
    c.train = way.train;
    c.infer = way.infer;
  }

  // At least `count` images; where energy is measured, as many as take a second, which its counter can resolve.
  void present_all(const CompetitiveOptions& options, Way& way, std::uint64_t count, const Checkpoints& checkpoints,
                   const Progress& progress) {
    // Long enough on a device, where each costs a copy of the weights there and back, and short for whoever stops it.
    const std::uint64_t at_once = uses_device(config_.simulation.device) ? 500 : 50;
    using Clock = std::chrono::steady_clock;
    const Clock::time_point start = Clock::now();
    const double before = meter_ ? meter_->joules() : std::nan("");
    Energy& energy = way.learnt ? way.infer : way.train;
    const double earlier_j = energy.images > 0 ? energy.measured_j : 0;
    auto done = static_cast<std::uint64_t>(energy.images);
    while (done < count || (meter_ && Clock::now() - start < std::chrono::seconds(1))) {
      std::vector<std::uint32_t> which(done < count ? std::min(at_once, count - done) : count);
      for (std::size_t k = 0; k < which.size(); ++k)
        which[k] = static_cast<std::uint32_t>((done + k) % images_.train.size());
      std::vector<Presentations> job(1);
      job[0].options = &options, job[0].state = &way.state;
      job[0].images = &pixels_, job[0].which = which;
      job[0].learning = !way.learnt;
      present(job, config_.simulation.device, config_.simulation.threads);
      if (!job[0].failure.empty()) throw NumericalError(std::to_string(options.neurons) + " neurons", job[0].failure);
      const OperationsEnergy counted =
          operations_energy(job[0].operations, bits_in_memory(options, job[0].learning), search_.memory_pj_per_bit);
      energy.counted_j += counted.total();
      energy.memory_j += counted.memory_j;
      done += which.size();
      energy.images = static_cast<double>(done);
      if (meter_) energy.measured_j = earlier_j + meter_->joules() - before;  // each time: counters wrap around
      if (checkpoints.due()) checkpoints.keep([&](Writer& writer) { writer(way); });
      progress.report("search", std::min(1.0, static_cast<double>(done) / static_cast<double>(count)));
    }
    if (meter_ && !(energy.measured_j > 0))
      throw InputError(meter_->source(), "counted no energy; model_search.energy=counted takes operations instead");
  }

  const Config& config_;
  const ModelSearchSection& search_;
  const LearnImages& images_;
  PixelImages pixels_;
  std::unique_ptr<EnergyMeter> meter_;
  std::uint64_t train_images_ = 0, infer_images_ = 0, images_hash_ = 0;
};

std::string kilobytes(double bytes) { return number_text(bytes / kKilobyte, 6); }

Columns<Candidate> candidate_columns() {
  using C = const Candidate&;
  const auto bytes = [](const char* name, const char* title, auto get) {
    return Column<Candidate>{.name = name,
                             .title = title,
                             .value = [=](C c) -> TableValue { return std::uint64_t{get(c.memory)}; },
                             .text = [=](C c) { return kilobytes(static_cast<double>(get(c.memory))); }};
  };
  const auto phase = [](const char* name, const char* title, Energy Candidate::*of) {
    return Column<Candidate>{.name = name,
                             .title = title,
                             .value = [=](C c) -> TableValue { return (c.*of).an_image(); },
                             .digits = 3,
                             .json =
                                 [=](C c) {
                                   const Energy& e = c.*of;
                                   return Json{{"images", e.images},
                                               {"joules_an_image", e.an_image()},
                                               {"counted_joules_an_image", e.counted_j / e.images},
                                               {"memory_joules_an_image", e.memory_j / e.images}};
                                 }};
  };
  using Memory = const ModelMemory&;
  return Columns<Candidate>({{"neurons", "neurons", [](C c) -> TableValue { return std::uint64_t{c.options.neurons}; }},
                             bytes("memory_bytes", "KB", [](Memory m) { return m.total(); }),
                             bytes("weight_bytes", "weights", [](Memory m) { return m.weights; }),
                             bytes("inhibition_bytes", "inhibition", [](Memory m) { return m.inhibition; }),
                             bytes("state_bytes", "state", [](Memory m) { return m.state; }),
                             phase("train", "J/image train", &Candidate::train),
                             phase("infer", "J/image infer", &Candidate::infer),
                             {"train_energy_j", "J train", [](C c) -> TableValue { return c.train_j; }},
                             {"infer_energy_j", "J infer", [](C c) -> TableValue { return c.infer_j; }},
                             {.name = "feasible",
                              .title = "feasible",
                              .value = [](C c) -> TableValue { return c.refused.empty(); },
                              .text = [](C c) { return c.refused.empty() ? "yes" : "no: " + c.refused; }},
                             {"refused", "refused", [](C c) -> TableValue { return c.refused; }}});
}

const ColumnNames kShown{"neurons", "memory_bytes", "weight_bytes",   "inhibition_bytes", "state_bytes",
                         "train",   "infer",        "train_energy_j", "infer_energy_j",   "feasible"};

// Every one whose memory fits, smallest first. Errors: Interrupted; `all` has what was measured.
void candidates(Search& search, const ModelSearchSection& limits, bool quiet, WorkLog& log,
                std::vector<Candidate>& all) {
  std::vector<std::uint32_t> sizes;
  for (std::uint64_t n = limits.n_add; n <= kMostCompetitors && search.fits(static_cast<std::uint32_t>(n));
       n += limits.n_add)
    sizes.push_back(static_cast<std::uint32_t>(n));
  ProgressLine line("search", quiet);
  ProgressParts parts(line.progress(), static_cast<double>(sizes.size()));
  for (const std::uint32_t size : sizes)
    all.push_back(search.measure(size, limits.samples, log, parts.next(1, std::to_string(size) + " neurons")));
}

// The whole run of the chosen model against what was predicted for it.
Json verified(const Candidate& chosen, const Candidate& full, Session& session) {
  const double ratio = full.train_j / chosen.train_j;
  session.print("full run of " + number_text(full.train.images, 9) + " images: training " +
                number_text(full.train_j, 4) + " J, predicted " + number_text(chosen.train_j, 4) + " J (ratio " +
                number_text(ratio, 3) + ")\n");
  return {{"images", full.train.images},
          {"train_energy_j", full.train_j},
          {"predicted_train_energy_j", chosen.train_j},
          {"ratio", ratio},
          {"infer_energy_j", full.infer_j},
          {"predicted_infer_energy_j", chosen.infer_j}};
}

}  // namespace

int search_verb(const Command& command) {
  if (command.config.model_search.mode != ModelSearchMode::size) return search_learners(command);
  const Config& config = command.config;
  const ModelSearchSection& limits = config.model_search;
  const LearnImages images(config.learn);
  Search search(config, images);
  if (!search.fits(limits.n_add))
    throw ConfigError("model_search.memory_kb", "no feasible model: the smallest, of " + std::to_string(limits.n_add) +
                                                    " neurons, needs " + kilobytes(search.memory_of(limits.n_add)) +
                                                    " KB of 1000 bytes, more than " + number_text(limits.memory_kb, 6));
  check_competitive(config.learn.model);
  Session session(command, {"candidates.jsonl", "table.txt"});
  std::vector<Candidate> all;
  std::optional<Candidate> full;  // run of the chosen one
  bool complete = true, all_measured = false;
  try {
    session.log().open("candidates.jsonl");
    candidates(search, limits, command.quiet, session.log(), all);
    all_measured = true;
    const auto chosen = std::find_if(all.rbegin(), all.rend(), [](const Candidate& c) { return c.refused.empty(); });
    if (chosen != all.rend() && limits.verify) {
      ProgressLine line("full run", command.quiet);
      full = search.measure(chosen->options.neurons, search.train_images(), session.log(), line.progress());
    }
  } catch (const Interrupted&) {
    complete = false;
  }
  const Columns<Candidate> columns = candidate_columns();
  ColumnNames in_json = kShown;
  in_json.emplace_back("refused");
  Json list = Json::array(), pareto = Json::array();
  const Candidate* chosen = nullptr;
  for (const Candidate& c : all) {
    list.push_back(columns.json(c, in_json));
    if (!c.refused.empty()) continue;
    chosen = &c;  // none dominates another: a larger one needs more memory
    pareto.push_back(c.options.neurons);
  }
  const std::string text = columns.text(all, kShown) + "energy: " + search.source() + "; KB of 1000 bytes\n";
  session.table("table.txt", text);
  session.print(text);
  Json result{{"candidates", list}, {"pareto", pareto}, {"energy_source", search.source()}};
  std::string no_model;
  if (chosen != nullptr && all_measured) {
    session.print("chosen: " + std::to_string(chosen->options.neurons) + " neurons\n");
    result["chosen"] = chosen->options.neurons;
    if (full) result["verification"] = verified(*chosen, *full, session);
  } else if (complete) {
    no_model = "no feasible model: the smallest, of " + std::to_string(limits.n_add) + " neurons, needs " +
               number_text(all.front().train_j, 4) + " J to learn and " + number_text(all.front().infer_j, 4) +
               " J to infer";
  }
  Hash hash;  // of what is the same on every machine
  for (const Candidate& c : all) hash.add(c.memory.total()).add(c.options.neurons);
  const int code = session.finish(result, hash.hex(), device_used(config).text(), complete);
  if (!no_model.empty()) throw ConfigError("model_search." + all.front().refused, no_model);
  return code;
}

}  // namespace sprig::app
