#include "host/app/observe.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <memory>
#include <optional>
#include <unordered_map>

#include "host/app/observe_structure.hpp"
#include "host/app/stop_at_once.hpp"
#include "sprig/core/error.hpp"
#include "sprig/core/progress.hpp"
#include "sprig/core/steps.hpp"
#include "sprig/formats/network_import.hpp"
#include "sprig/session/signals.hpp"

namespace sprig::app {

namespace {

constexpr std::uint64_t kPieceSteps = 64;  // a call of the engine: bounds the spikes that are held
constexpr std::uint64_t kBins = 200;       // of the population's rate
constexpr std::size_t kRateBins = 40;

// `count` of [0, size), evenly spread and ascending; all of them where there are no more.
std::vector<std::uint32_t> spread(std::uint32_t size, std::uint32_t count) {
  std::vector<std::uint32_t> chosen(std::min(size, count));
  for (std::size_t k = 0; k < chosen.size(); ++k)
    chosen[k] = static_cast<std::uint32_t>(std::uint64_t{size} * k / chosen.size());
  return chosen;
}

}  // namespace

// The neurons that the rasters of all networks show: some of the first network's.
struct RasterRows {
  std::vector<std::uint32_t> original_id;
  std::vector<int> inhibitory;

  explicit RasterRows(const Network& network) {
    const auto population = network.population_of();
    for (const std::uint32_t i : spread(network.size(), kRasterRows)) {
      original_id.push_back(network.original_id[i]);
      inhibitory.push_back(network.populations[population[i]].inhibitory ? 1 : 0);
    }
  }
};

struct Window {
  std::uint64_t first_step = 0, steps = 0, bin_steps = 1;
  explicit Window(std::uint64_t first, std::uint64_t count)
      : first_step(first), steps(count), bin_steps(std::max<std::uint64_t>(1, count / kBins)) {}
};

// Counts and keeps the spikes of one network in the window.
class Activity {
 public:
  // matrix: the network with its synapses; null: there is none.
  Activity(const Network& network, const Network* matrix, const RasterRows& rows, const Window& window)
      : network_(network), matrix_(matrix), window_(window), row_of_(network.size(), -1) {
    seen_.spikes_of.assign(network.size(), 0);
    seen_.bins.assign((window.steps + window.bin_steps - 1) / window.bin_steps, 0);
    there_.assign(rows.original_id.size(), 0);
    std::unordered_map<std::uint32_t, std::int32_t> row_of_id;
    for (const std::uint32_t id : rows.original_id) row_of_id.emplace(id, static_cast<std::int32_t>(row_of_id.size()));
    for (std::uint32_t i = 0; i < network.size(); ++i) {
      const auto found = row_of_id.find(network.original_id[i]);
      if (found == row_of_id.end()) continue;
      row_of_[i] = found->second;
      there_[static_cast<std::size_t>(found->second)] = 1;
    }
  }

  void add(const std::vector<SpikeEvent>& spikes) {
    if (spikes.empty()) return;
    seen_.any_later = seen_.any_later || spikes.back().step >= window_.first_step + window_.steps;
    if (spikes.front().step >= window_.first_step + window_.steps) return;
    seen_.any = true;
    for (const SpikeEvent& spike : spikes) {
      if (spike.replica != 0 || spike.step < window_.first_step || spike.step - window_.first_step >= window_.steps)
        continue;
      const std::uint64_t step = spike.step - window_.first_step;
      ++seen_.spikes_of[spike.neuron];
      ++seen_.bins[step / window_.bin_steps];
      if (row_of_[spike.neuron] >= 0) seen_.shown.emplace_back(row_of_[spike.neuron], step);
    }
  }

  std::vector<double> rates() const {
    std::vector<double> list;
    for (const std::uint64_t spikes : seen_.spikes_of) list.push_back(hz(static_cast<double>(spikes), window_.steps));
    return list;
  }

  Json json(const std::vector<double>& rate_edges) {
    std::sort(seen_.shown.begin(), seen_.shown.end());  // row by row: the page writes that shorter
    Json raster_row = Json::array(), raster_step = Json::array(), rate = Json::array();
    for (const auto& [row, step] : seen_.shown) raster_row.push_back(row), raster_step.push_back(step);
    const auto neurons = static_cast<double>(network_.size());
    double spikes = 0;
    for (std::size_t b = 0; b < seen_.bins.size(); ++b) {
      const std::uint64_t length = std::min(window_.bin_steps, window_.steps - b * window_.bin_steps);
      rate.push_back(rounded(hz(static_cast<double>(seen_.bins[b]) / neurons, length)));
      spikes += static_cast<double>(seen_.bins[b]);
    }
    const auto all = rates();
    Json json{{"row_there", there_},
              {"raster_step", raster_step},
              {"raster_row", raster_row},
              {"rate_hz", rate},
              {"mean_rate_hz", hz(spikes / neurons, window_.steps)},
              {"silent", std::count(seen_.spikes_of.begin(), seen_.spikes_of.end(), 0)},
              {"rates_hz", histogram_json(all, rate_edges)}};
    if (matrix_ == nullptr) return json;
    std::vector<std::uint32_t> in_degree(network_.size(), 0);
    for (const std::uint32_t target : matrix_->recurrent.targets) ++in_degree[target];
    Json degree = Json::array(), sampled = Json::array();
    for (const std::uint32_t i : spread(network_.size(), kSampledNeurons))
      degree.push_back(in_degree[i]), sampled.push_back(rounded(all[i]));
    json["sample"] = {{"in_degree", degree}, {"rate_hz", sampled}};
    return json;
  }

  // What spikes have come to.
  struct Seen {
    bool any = false, any_later = false;  // later: behind the window
    std::vector<std::uint64_t> spikes_of, bins;
    std::vector<std::pair<std::int32_t, std::uint64_t>> shown;  // row and step
    static void persist(auto& self, auto& archive) {
      archive(self.any, self.any_later, self.spikes_of, self.bins, self.shown);
    }
  };
  const Seen& seen() const { return seen_; }
  // Errors: InputError for what is of another network or window.
  void restore(Reader& reader) {
    Seen seen;
    reader(seen);
    bool fits = seen.spikes_of.size() == seen_.spikes_of.size() && seen.bins.size() == seen_.bins.size();
    for (const auto& [row, step] : seen.shown)
      fits = fits && row >= 0 && static_cast<std::size_t>(row) < there_.size() && step < window_.steps;
    if (!fits) reader.refuse("has an observation of another network or time");
    seen_ = std::move(seen);
  }

  bool any() const { return seen_.any; }
  bool any_later() const { return seen_.any_later; }
  ActivityShares shares() const { return activity_shares(network_, seen_.spikes_of, window_.steps, 1); }

 private:
  double hz(double spikes, std::uint64_t steps) const {
    return spikes / (static_cast<double>(steps) * network_.step_ms / 1000);
  }

  const Network& network_;
  const Network* matrix_;
  Window window_;
  std::vector<std::int32_t> row_of_;  // [neuron]; -1: not shown
  std::vector<int> there_;            // [row]
  Seen seen_;
};

namespace {

void simulate(Activity& activity, const NamedNetwork& n, SimulationOptions options, const Window& window, bool first) {
  options.replicas = 1;
  std::optional<StopAtOnce> making;
  if (first) making.emplace();  // there is no result yet
  const auto simulation = make_simulation(n.network, n.drive, options);
  making.reset();
  RecordOptions what;
  what.spikes = true;
  const std::uint64_t end = window.first_step + window.steps;
  const Progress progress([](double) { return !stop_requested(); });
  for (std::uint64_t done = 0; done < end;) {
    progress.report("observation", static_cast<double>(done) / static_cast<double>(end));
    const bool settling = done < window.first_step;
    const std::uint64_t steps = std::min(kPieceSteps, (settling ? window.first_step : end) - done);
    Recording piece;
    simulation->advance(steps, {}, settling ? RecordOptions{} : what, &piece);
    activity.add(piece.spikes);
    done += steps;
  }
}

Json time_json(const Network& network, const RasterRows& rows, const Window& window, double settle_ms,
               const std::string& how) {
  return {{"step_ms", network.step_ms},
          {"settle_ms", settle_ms},
          {"observed_ms", static_cast<double>(window.steps) * network.step_ms},
          {"bin_ms", static_cast<double>(window.bin_steps) * network.step_ms},
          {"how", how},
          {"rows", rows.original_id},
          {"row_inhibitory", rows.inhibitory},
          {"networks", Json::array()}};
}

std::uint64_t observed_steps(double step_ms) {
  return std::max<std::uint64_t>(1, nearest_step(kObservedMs, step_ms, "network.step_ms"));
}

}  // namespace

struct Observation::Parts {
  struct Watched {
    std::string name;
    const Network& network;
    const Network* matrix;  // with its synapses
    std::unique_ptr<Activity> activity;
  };

  Parts(const Network& first, const Window& w, double settle_ms, const std::string& how)
      : rows(first), window(w), json(time_json(first, rows, w, settle_ms, how)) {}

  RasterRows rows;
  Window window;
  Json json;
  SimulationOptions options;
  bool simulated = false;
  PageEigenvalues eigenvalues = PageEigenvalues::none;
  std::string failure, why_no_matrix;
  std::vector<Watched> watched;
};

Observation::Observation(const Config& config, const NamedNetwork& first) {
  const double step_ms = first.network.step_ms, settle_ms = config.lyapunov.transient_ms;
  const Window window(nearest_step(settle_ms, step_ms, "lyapunov.transient_ms"), observed_steps(step_ms));
  parts_ = std::make_unique<Parts>(first.network, window, settle_ms,
                                   "Simulated for this page with the run's drive and no task's input, after " +
                                       std::to_string(std::lround(settle_ms)) + " ms to settle.");
  parts_->options = config.simulation;
  parts_->simulated = true;
  parts_->eigenvalues = config.run.page_eigenvalues;
  simulate(first);
}

Observation::Observation(const Network& network, const Network* matrix, const std::string& why_none,
                         std::uint64_t first_step, std::uint64_t steps)
    : parts_(std::make_unique<Parts>(network, Window(first_step, std::min(steps, observed_steps(network.step_ms))), 0,
                                     "From the recorded spikes of the first replica.")) {
  parts_->why_no_matrix = why_none;
  parts_->watched.push_back(
      {"network", network, matrix, std::make_unique<Activity>(network, matrix, parts_->rows, parts_->window)});
}

Observation::~Observation() = default;

void Observation::simulate(const NamedNetwork& n) {
  Parts& p = *parts_;
  auto activity = std::make_unique<Activity>(n.network, &n.network, p.rows, p.window);
  try {
    if (p.failure.empty()) app::simulate(*activity, n, p.options, p.window, p.watched.empty());
  } catch (const Interrupted&) {
    throw;
  } catch (const ConfigError& error) {  // a run would be refused for it, and so is what is made of the network
    if (p.watched.empty()) throw;
    p.failure = error.what();
  } catch (const Error& error) {
    p.failure = error.what();
  }
  p.watched.push_back({n.name, n.network, &n.network, std::move(activity)});
}

void Observation::add(const std::vector<SpikeEvent>& spikes) { parts_->watched.back().activity->add(spikes); }
void Observation::keep(Writer& writer) const { writer(parts_->watched.back().activity->seen()); }
void Observation::restore(Reader& reader) { parts_->watched.back().activity->restore(reader); }

std::vector<std::string> Observation::warnings(NetworkOrigin origin) const {
  std::vector<std::string> list;
  if (!parts_->failure.empty()) return list;
  for (const Parts::Watched& one : parts_->watched) {
    const std::string who = one.name == "after" ? "the pruned network" : "the network";
    const std::string text = activity_warning(one.activity->shares(), origin, who);
    if (!text.empty()) list.push_back(text);
  }
  return list;
}

void Observation::write(RunFolder& folder) {
  Parts& p = *parts_;
  std::vector<const Network*> all;
  for (const Parts::Watched& one : p.watched)
    if (one.matrix != nullptr) all.push_back(one.matrix);
  const auto no_eigenvalues = [&](const Network& network) {
    return p.simulated ? why_no_eigenvalues(network, p.eigenvalues)
                       : "a simulation does not compute them; see sprig lyapunov";
  };
  for (const Parts::Watched& one : p.watched)
    p.json["networks"].push_back(one.matrix != nullptr
                                     ? structure_json(one.name, *one.matrix, all, no_eigenvalues(one.network))
                                     : structure_without_matrix(one.name, one.network, p.why_no_matrix));
  if (!p.failure.empty()) {
    p.json["no_activity"] = p.failure;
  } else if (!p.simulated && !p.watched.front().activity->any()) {
    const double shown_ms = static_cast<double>(p.window.steps) * p.watched.front().network.step_ms;
    p.json["no_activity"] = p.watched.front().activity->any_later()
                                ? "no spike was recorded in the first " + std::to_string(std::lround(shown_ms)) +
                                      " ms, which are what it shows; there are later ones"
                                : "no spike was recorded";
  } else {  // rates of all networks over the same bins
    std::vector<std::vector<double>> rates;
    for (const Parts::Watched& one : p.watched) rates.push_back(one.activity->rates());
    const auto edges = common_edges(rates, kRateBins);
    for (std::size_t k = 0; k < p.watched.size(); ++k)
      p.json["networks"][k]["activity"] = p.watched[k].activity->json(edges);
  }
  folder.later(RunFolder::Later::page, "observation.json", json_text(p.json) + "\n");
}

NetworkOrigin origin_of(const Config& config) {
  if (!config.network_file.empty())
    return is_network_file(config.network_file) ? NetworkOrigin::file : NetworkOrigin::foreign_file;
  return config.description.empty() ? NetworkOrigin::keys : NetworkOrigin::description;
}

void print_warnings(const std::vector<std::string>& warnings) {
  for (const std::string& warning : warnings) std::fprintf(stderr, "sprig: warning: %s\n", warning.c_str());
}

}  // namespace sprig::app
