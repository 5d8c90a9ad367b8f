#include "sprig/instruments/run.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <functional>
#include <optional>
#include <utility>

#include "host/instruments/beside.hpp"
#include "host/instruments/record_plan.hpp"
#include "host/instruments/recorder.hpp"
#include "host/instruments/run_pieces.hpp"
#include "sprig/core/error.hpp"
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

  RecorderPlan recorder_plan(const std::string& folder, SpikeWatch* watch) const {
    return {network, layouts, pieces.probe(), time.begin, time.end, replicas, folder, watch};
  }
  std::uint64_t total() const { return time.end - time.first_step; }
  std::unique_ptr<Recorder> restored(const RecorderPlan& plan, const Checkpoints& checkpoints,
                                     const Progress& progress);
  std::uint64_t piece(Beside& beside, std::uint64_t done, std::uint64_t most);
  void loop(Beside& beside, const Progress& progress, const std::function<void()>& keep,
            const Checkpoints& checkpoints);
  void explain_weights(const std::string& folder, RunOutcome& out) const;

  const Network& network;
  std::uint32_t replicas;
  RecordTime time;
  LearningSynapses learning;
  std::vector<RecordLayout> layouts;
  RunPieces pieces;
  std::unique_ptr<Simulation> simulation;
  std::uint64_t done = 0;  // steps
  double wall_s = 0;       // of recorded ones
};

// The recorder of a run that goes on, with all else of it as it was; null: it begins. Errors: Interrupted.
std::unique_ptr<Recorder> Run::Parts::restored(const RecorderPlan& plan, const Checkpoints& checkpoints,
                                               const Progress& progress) {
  std::unique_ptr<Recorder> recorder;
  std::optional<SimulationState> start;
  try {
    checkpoints.restore([&](Reader& reader) {
      start = simulation->state();
      reader(done, wall_s);
      if (done > total()) reader.refuse("has a step after the end");
      SimulationState state;
      reader(state);
      simulation->set_state(state);
      const double share = static_cast<double>(done) / static_cast<double>(total());
      auto found = std::make_unique<Recorder>(plan, &reader, progress.part(share, share, "reading"));
      if (plan.watch != nullptr) plan.watch->restore(reader);
      recorder = std::move(found);
    });
  } catch (const Interrupted&) {
    throw;
  } catch (const Error& error) {
    checkpoints.cannot_use(error.what());
    checkpoints.drop();
    recorder.reset();
    if (start) simulation->set_state(*start);
    done = 0, wall_s = 0;
    return recorder;
  }
  if (recorder) checkpoints.goes_on("step " + std::to_string(done) + " of " + std::to_string(total()));
  return recorder;
}

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

void Run::Parts::loop(Beside& beside, const Progress& progress, const std::function<void()>& keep,
                      const Checkpoints& checkpoints) {
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
  Pieces lengths;
  while (done < total()) {
    const std::uint64_t step = time.first_step + done;
    const auto start = std::chrono::steady_clock::now();
    read_weights(step);
    const std::uint64_t steps = piece(beside, step, lengths.next(total() - done));
    const double seconds = std::max(since(start), 1e-9);
    if (step >= time.begin) wall_s += seconds;
    done += steps;
    if (done == total()) read_weights(time.end);
    char speed[48];
    std::snprintf(speed, sizeof speed, "%.2g x real time",
                  static_cast<double>(steps) / seconds * network.step_ms / 1000);
    const bool goes_on = progress(static_cast<double>(done) / static_cast<double>(total()), speed);
    if (done < total() && (!goes_on || checkpoints.due())) keep();
    if (!goes_on) return;
    lengths.took(steps, seconds);
  }
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

RunOutcome Run::simulate(const std::string& folder, const Progress& progress, SpikeWatch* watch,
                         const Checkpoints& given) {
  Parts& p = *parts_;
  RunOutcome out;
  out.first_step = p.time.begin;
  if (!folder.empty())
    for (const RecordLayout& layout : p.layouts) out.files.push_back(layout.name + ".npy");
  const Checkpoints checkpoints = folder.empty() ? Checkpoints() : given;  // what is in memory ends with the process
  const RecorderPlan plan = p.recorder_plan(folder, watch);
  std::unique_ptr<Recorder> recorder;
  try {
    recorder = p.restored(plan, checkpoints, progress);
  } catch (const Interrupted&) {
    out.spikes_of.assign(p.network.size(), 0);
    out.rows.assign(p.layouts.size(), 0);
    return out;
  }
  if (!recorder) recorder = std::make_unique<Recorder>(plan);
  if (!folder.empty()) p.explain_weights(folder, out);
  try {
    Beside beside([&](const RecordedPiece& piece) { recorder->take(piece); });
    // Rows come onto the disk before the state that counts on them.
    const auto keep = [&] {
      beside.wait();
      recorder->flush();
      checkpoints.keep([&](Writer& writer) {
        writer(p.done, p.wall_s, p.simulation->state());
        recorder->keep(writer);
        if (watch != nullptr) watch->keep(writer);
      });
    };
    p.loop(beside, progress, keep, checkpoints);
    beside.wait();
    recorder->finish(out);
  } catch (...) {
    recorder->rescue();
    throw;
  }
  out.complete = p.done == p.total();
  out.wall_s = p.wall_s;
  recorder->fingerprint(out, p.simulation->state().hash());
  if (folder.empty()) {
    out.arrays = recorder->arrays();
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
