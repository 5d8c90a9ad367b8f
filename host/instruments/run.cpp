#include "sprig/instruments/run.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <utility>

#include "host/instruments/beside.hpp"
#include "host/instruments/record_plan.hpp"
#include "host/instruments/recorder.hpp"
#include "host/instruments/run_pieces.hpp"
#include "sprig/core/refuse.hpp"
#include "sprig/core/steps.hpp"
#include "sprig/engine/pieces.hpp"
#include "sprig/formats/npz.hpp"
#include "sprig/instruments/stimulation.hpp"
#include "sprig/network/projection_draws.hpp"

namespace sprig {

namespace {

RecordTime time_of(const RunRequest& request, double step_ms) {
  RecordTime time;
  time.first_step = request.simulation.first_step;
  time.begin = time.first_step + steps_of(request.transient_ms, step_ms, "run.transient_ms");
  time.end = time.begin + whole_steps_of(request.duration_ms, step_ms, "run.duration_ms");
  return time;
}

bool reads_weights(const std::vector<RecordSpec>& records) {
  return std::any_of(records.begin(), records.end(),
                     [](const RecordSpec& spec) { return spec.what == RecordedQuantity::weights; });
}

double since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

}  // namespace

struct Run::Parts {
  Parts(BuiltNetwork& built, const RunRequest& request)
      : network(network_of(built)),
        replicas(request.simulation.replicas),
        time(time_of(request, network.step_ms)),
        learning(reads_weights(request.records) ? learning_synapses(built) : LearningSynapses{}),
        layouts(plan_records(network, request.records, time, replicas, learning.source.size())),
        pieces(network, layouts, time.begin, time.end, replicas),
        simulation(make_simulation(built, request.drive, request.stimuli, request.simulation)) {}

  std::uint64_t piece(Beside& beside, std::uint64_t done, std::uint64_t most);
  void loop(Beside& beside, const Progress& progress, RunOutcome& out);
  void explain_weights(const std::string& folder, RunOutcome& out) const;

  const Network& network;
  std::uint32_t replicas;
  RecordTime time;
  LearningSynapses learning;
  std::vector<RecordLayout> layouts;
  RunPieces pieces;
  std::unique_ptr<Simulation> simulation;
};

// Advances from `step` on by at most so many steps, and hands over what was recorded. The steps done.
std::uint64_t Run::Parts::piece(Beside& beside, std::uint64_t step, std::uint64_t most) {
  PieceWish wish = pieces.from(step);
  const std::uint64_t steps = std::min(wish.steps, most);
  if (!wish.counts) {
    simulation->advance(steps);
    return steps;
  }
  RecordedPiece& piece = beside.fresh();
  // Counts where nothing else tells how often each neuron fired.
  if (!wish.what.spikes) wish.what.count_window_steps = static_cast<std::uint32_t>(steps);
  simulation->advance(steps, {}, wish.what, &piece.recording);
  piece.first_step = step, piece.steps = steps;
  piece.counts = true, piece.spikes = wish.what.spikes, piece.probed = !wish.what.probe.empty();
  beside.give();
  return steps;
}

void Run::Parts::loop(Beside& beside, const Progress& progress, RunOutcome& out) {
  const auto read_weights = [&](std::uint64_t step) {
    if (!pieces.reads_weights(step)) return;
    RecordedPiece& piece = beside.fresh();
    const PlasticState plastic = simulation->state().plastic;
    for (const std::int32_t weight : plastic.weights)
      piece.weights.push_back(static_cast<float>(weight * plastic.unit));
    piece.first_step = step, piece.steps = 0;
    piece.counts = piece.spikes = piece.probed = false;
    beside.give();
  };
  const std::uint64_t total = time.end - time.first_step;
  Pieces lengths;
  for (std::uint64_t done = 0; done < total;) {
    const std::uint64_t step = time.first_step + done;
    const auto start = std::chrono::steady_clock::now();
    read_weights(step);
    const std::uint64_t steps = piece(beside, step, lengths.next(total - done));
    const double seconds = std::max(since(start), 1e-9);
    if (step >= time.begin) out.wall_s += seconds;
    done += steps;
    if (done == total) read_weights(time.end);
    char speed[48];
    std::snprintf(speed, sizeof speed, "%.2g x real time",
                  static_cast<double>(steps) / seconds * network.step_ms / 1000);
    if (!progress(static_cast<double>(done) / static_cast<double>(total), speed)) {
      out.complete = done == total;
      return;
    }
    lengths.took(steps, seconds);
  }
  out.complete = true;
}

// Whose the weights are.
void Run::Parts::explain_weights(const std::string& folder, RunOutcome& out) const {
  for (const RecordLayout& layout : layouts) {
    if (layout.what != RecordedQuantity::weights) continue;
    const std::pair<const char*, const std::vector<std::uint32_t>&> both[] = {{"source", learning.source},
                                                                              {"target", learning.target}};
    if (!folder.empty()) {
      const std::string file = layout.name + "_synapses.npz";
      write_npz(folder + "/" + file, {npy_vector("source", learning.source), npy_vector("target", learning.target)});
      out.files.push_back(file);
      continue;
    }
    for (const auto& [name, values] : both) {
      const char* bytes = reinterpret_cast<const char*>(values.data());
      out.arrays.push_back({layout.name + "_" + name,
                            npy_type<std::uint32_t>(),
                            {values.size()},
                            {bytes, bytes + values.size() * sizeof(std::uint32_t)}});
    }
  }
}

Run::Run(BuiltNetwork& network, const RunRequest& request) : parts_(std::make_unique<Parts>(network, request)) {}

Run::~Run() = default;

const std::vector<RecordLayout>& Run::records() const { return parts_->layouts; }

std::uint64_t Run::first_step() const { return parts_->time.begin; }

std::uint64_t Run::steps() const { return parts_->time.end - parts_->time.begin; }

std::string Run::device_name() const { return parts_->simulation->device_name(); }

const std::vector<WeightRounding>& Run::weight_rounding() const { return parts_->simulation->weight_rounding(); }

RunOutcome Run::simulate(const std::string& folder, const Progress& progress, const SpikeWatch& watch) {
  Parts& p = *parts_;
  RunOutcome out;
  out.first_step = p.time.begin;
  if (!folder.empty())
    for (const RecordLayout& layout : p.layouts) out.files.push_back(layout.name + ".npy");
  Recorder recorder(p.network, p.layouts, p.pieces.probe(), p.time.begin, p.time.end, p.replicas, folder, watch);
  if (!folder.empty()) p.explain_weights(folder, out);
  try {
    Beside beside([&](const RecordedPiece& piece) { recorder.take(piece); });
    p.loop(beside, progress, out);
    beside.wait();
    recorder.finish(out);
  } catch (...) {
    recorder.rescue();
    throw;
  }
  recorder.fingerprint(out, p.simulation->state().hash());
  if (folder.empty()) {
    out.arrays = recorder.arrays();
    p.explain_weights(folder, out);
  }
  return out;
}

std::vector<std::uint32_t> out_degrees(const BuiltNetwork& built, int threads) {
  if (const auto* procedural = std::get_if<ProceduralNetwork>(&built)) return out_degrees(*procedural, threads);
  const std::vector<std::uint64_t>& offsets = std::get<Network>(built).recurrent.offsets;
  std::vector<std::uint32_t> degrees(offsets.size() - 1);
  for (std::size_t i = 0; i < degrees.size(); ++i) degrees[i] = static_cast<std::uint32_t>(offsets[i + 1] - offsets[i]);
  return degrees;
}

}  // namespace sprig
