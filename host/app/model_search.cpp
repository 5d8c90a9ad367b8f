// sprig search: SpikeDyn's model search (Putra & Shafique, DAC 2021). Models of n_add, 2 n_add, ... neurons while their
// memory fits: each is presented with a few images, learning and not, and judged by the energy of as many as it is to
// see. The largest that keeps all limits is chosen, and its prediction compared with a full run.
#include <algorithm>
#include <cmath>
#include <numeric>

#include "host/app/learn_models.hpp"
#include "sprig/app/command.hpp"
#include "sprig/app/energy_meter.hpp"
#include "sprig/app/progress.hpp"
#include "sprig/app/session.hpp"
#include "sprig/app/setup.hpp"
#include "sprig/app/table.hpp"
#include "sprig/core/error.hpp"
#include "sprig/core/hash.hpp"
#include "sprig/learning/competitive_constants.hpp"
#include "sprig/learning/model_memory.hpp"

namespace sprig::app {

namespace {

constexpr double kKilobyte = 1000;

// Of one phase, learning or not.
struct Energy {
  double images = 0, counted_j = 0, measured_j = std::nan("");
  double an_image() const { return (std::isnan(measured_j) ? counted_j : measured_j) / images; }
};

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
        meter_(uses_device(config.simulation.device) ? device_energy_meter() : processor_energy_meter()) {
    train_images_ = of(search_.train_images, images.train.size());
    infer_images_ = of(search_.infer_images, images.test.size());
  }

  std::string source() const { return meter_ ? meter_->source() : "operations counted, arithmetic alone (45 nm)"; }
  std::uint64_t train_images() const { return train_images_; }

  // A model's energies, from `count` images.
  Candidate measure(std::uint32_t neurons, std::uint64_t count) {
    Candidate c;
    c.options = config_.learn.model;
    c.options.neurons = neurons;
    c.options.seed = config_.simulation.seed;
    c.memory = model_memory(c.options, pixels_.pixels, search_.stored_inhibition);
    CompetitiveState state = initial_state(c.options, pixels_.pixels);
    c.train = present_all(c.options, state, count, true);
    c.infer = present_all(c.options, state, std::min(count, infer_images_), false);
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
  static bool over(double limit, double value) { return limit > 0 && value > limit; }

  Energy present_all(const CompetitiveOptions& options, CompetitiveState& state, std::uint64_t count, bool learning) {
    constexpr std::uint64_t kAtOnce = 500;
    Energy energy;
    energy.images = static_cast<double>(count);
    const double before = meter_ ? meter_->joules() : std::nan("");
    for (std::uint64_t first = 0; first < count; first += kAtOnce) {
      std::vector<std::uint32_t> which(std::min(kAtOnce, count - first));
      for (std::size_t k = 0; k < which.size(); ++k)
        which[k] = static_cast<std::uint32_t>((first + k) % images_.train.size());
      std::vector<Presentations> job{{&options, &state, &pixels_, which, 0, learning, {}, {}}};
      present(job, config_.simulation.device, config_.simulation.threads);
      energy.counted_j += operations_energy_j(job[0].operations);
    }
    if (meter_) energy.measured_j = meter_->joules() - before;
    return energy;
  }

  const Config& config_;
  const ModelSearchSection& search_;
  const LearnImages& images_;
  PixelImages pixels_;
  std::unique_ptr<EnergyMeter> meter_;
  std::uint64_t train_images_ = 0, infer_images_ = 0;
};

Json candidate_json(const Candidate& c) {
  const auto energy = [](const Energy& e) {
    return Json{
        {"images", e.images}, {"joules_an_image", e.an_image()}, {"counted_joules_an_image", e.counted_j / e.images}};
  };
  return {{"neurons", c.options.neurons},
          {"memory_bytes", c.memory.total()},
          {"weight_bytes", c.memory.weights},
          {"inhibition_bytes", c.memory.inhibition},
          {"state_bytes", c.memory.state},
          {"train", energy(c.train)},
          {"infer", energy(c.infer)},
          {"train_energy_j", c.train_j},
          {"infer_energy_j", c.infer_j},
          {"feasible", c.refused.empty()},
          {"refused", c.refused}};
}

// No other feasible one is at least as large and costs no more in anything.
bool is_pareto(const Candidate& c, const std::vector<Candidate>& all) {
  return c.refused.empty() && std::none_of(all.begin(), all.end(), [&](const Candidate& other) {
           return other.refused.empty() && other.options.neurons > c.options.neurons &&
                  other.memory.total() <= c.memory.total() && other.train_j <= c.train_j && other.infer_j <= c.infer_j;
         });
}

std::string kilobytes(double bytes) { return number_text(bytes / kKilobyte, 6); }

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
  const Config& config = command.config;
  const ModelSearchSection& limits = config.model_search;
  const LearnImages images(config.learn);
  Search search(config, images);
  if (!search.fits(limits.n_add))
    throw ConfigError("model_search.memory_kb", "no feasible model: the smallest, of " + std::to_string(limits.n_add) +
                                                    " neurons, needs " + kilobytes(search.memory_of(limits.n_add)) +
                                                    " KB of 1000 bytes, more than " + number_text(limits.memory_kb, 6));
  check_competitive(config.learn.model);
  Session session(command);
  std::vector<Candidate> all;
  bool complete = true;
  {
    std::uint32_t last = limits.n_add;
    while (search.fits(last + limits.n_add)) last += limits.n_add;
    ProgressLine line("search", command.quiet);
    for (std::uint32_t neurons = limits.n_add; complete && neurons <= last; neurons += limits.n_add) {
      all.push_back(search.measure(neurons, limits.samples));
      complete = line.update(static_cast<double>(neurons) / last, std::to_string(neurons) + " neurons");
    }
  }
  TextTable table({"neurons", "KB", "weights", "inhibition", "state", "J/image train", "J/image infer", "J train",
                   "J infer", "feasible"});
  Json list = Json::array(), pareto = Json::array();
  const Candidate* chosen = nullptr;
  for (const Candidate& c : all) {
    list.push_back(candidate_json(c));
    if (is_pareto(c, all)) pareto.push_back(c.options.neurons);
    if (c.refused.empty()) chosen = &c;
    table.add({std::to_string(c.options.neurons), kilobytes(static_cast<double>(c.memory.total())),
               kilobytes(static_cast<double>(c.memory.weights)), kilobytes(static_cast<double>(c.memory.inhibition)),
               kilobytes(static_cast<double>(c.memory.state)), number_text(c.train.an_image(), 3),
               number_text(c.infer.an_image(), 3), number_text(c.train_j, 4), number_text(c.infer_j, 4),
               c.refused.empty() ? "yes" : "no: " + c.refused});
  }
  const std::string text = table.text() + "energy: " + search.source() + "; KB of 1000 bytes\n";
  session.folder().write("table.txt", text);
  session.print(text);
  Json result{{"candidates", list}, {"pareto", pareto}, {"energy_source", search.source()}};
  std::string no_model;
  if (chosen != nullptr) {
    session.print("chosen: " + std::to_string(chosen->options.neurons) + " neurons\n");
    result["chosen"] = chosen->options.neurons;
    if (limits.verify && complete)
      result["verification"] =
          verified(*chosen, search.measure(chosen->options.neurons, search.train_images()), session);
  } else if (complete) {
    no_model = "no feasible model: the smallest, of " + std::to_string(limits.n_add) + " neurons, needs " +
               number_text(all.front().train_j, 4) + " J to learn and " + number_text(all.front().infer_j, 4) +
               " J to infer";
  }
  const std::string dumped = json_text(list), hash = Hash().bytes(dumped.data(), dumped.size()).hex();
  const int code = session.finish(result, hash, device_used(config), complete);
  if (!no_model.empty()) throw ConfigError("model_search." + all.front().refused, no_model);
  return code;
}

}  // namespace sprig::app
