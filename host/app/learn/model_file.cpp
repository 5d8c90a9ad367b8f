#include "host/app/learn/model_file.hpp"

#include <array>
#include <cstring>
#include <filesystem>

#include "sprig/core/error.hpp"
#include "sprig/core/files.hpp"
#include "sprig/formats/npz.hpp"
#include "sprig/learning/competitive/constants.hpp"
#include "sprig/learning/competitive/weights.hpp"

namespace sprig::app {

namespace {

constexpr std::size_t kCells = kImageClasses * (kImageClasses + 1);

// Scores and operations as columns.
struct Columns {
  std::vector<std::uint64_t> learnt, confusion, unlabelled, operations;
  std::vector<double> accuracy, newest, previous, spikes;

  void add(const StageScore& s) {
    learnt.push_back(s.learnt);
    unlabelled.push_back(s.unlabelled);
    accuracy.push_back(s.accuracy), newest.push_back(s.newest), previous.push_back(s.previous);
    spikes.push_back(s.spikes);
    for (const auto& row : s.confusion) confusion.insert(confusion.end(), row.begin(), row.end());
  }
  StageScore at(std::size_t k) const {
    StageScore s;
    s.learnt = learnt[k];
    s.unlabelled = static_cast<std::uint32_t>(unlabelled[k]);
    s.accuracy = accuracy[k], s.newest = newest[k], s.previous = previous[k], s.spikes = spikes[k];
    for (std::size_t c = 0; c < kCells; ++c)
      s.confusion[c / (kImageClasses + 1)][c % (kImageClasses + 1)] = confusion[k * kCells + c];
    return s;
  }
};

// What learning and scoring counted: the counts, and over how many images they are.
constexpr std::size_t kNumbers = 9;
std::vector<std::uint64_t> numbers(const CompetitiveOperations& o, std::uint64_t images) {
  return {images,          o.neuron_updates, o.synaptic_events, o.weight_updates, o.powers,
          o.trace_updates, o.weight_reads,   o.weight_writes,   o.state_bytes};
}
void take(const std::vector<std::uint64_t>& from, std::size_t at, CompetitiveOperations& o, std::uint64_t& images) {
  images = from[at];
  o = {from[at + 1], from[at + 2], from[at + 3], from[at + 4], from[at + 5], from[at + 6], from[at + 7], from[at + 8]};
}

// Weights of fewer than 32 bits: packed as they are, how wide, and what a code's unit is.
struct CodeArrays {
  std::vector<std::uint32_t> bits;
  std::vector<float> unit;
};
CodeArrays code_arrays(const CompetitiveOptions& options) {
  return {{options.weight_bits}, {weight_codes(options).unit}};
}

}  // namespace

void write_model(const std::string& path, const LearnModel& model, const Learner& learner) {
  files::make_folders(files::folder_of(path));
  Columns columns;
  for (const StageScore& score : learner.scores) columns.add(score);
  columns.operations = numbers(learner.learning, learner.learnt);
  for (const std::uint64_t n : numbers(learner.scoring, learner.scored)) columns.operations.push_back(n);
  const CompetitiveState& state = learner.state;
  const bool codes = !state.codes.empty();
  const std::uint64_t neurons = learner.options.neurons, stages = learner.scores.size();
  const std::uint64_t words = codes ? words_of_row(learner.options.weight_bits, learner.options.neurons) : neurons;
  const std::uint64_t inputs = (codes ? state.codes.size() : state.weights.size()) / words;
  const CodeArrays of_codes = code_arrays(learner.options);
  NpyArray key{"key", "|S" + std::to_string(model.key.size()), {}, model.key.data(), model.key.size()};
  std::vector<NpyArray> arrays{key,
                               codes ? npy_vector("codes", state.codes, {inputs, words})
                                     : npy_vector("weights", state.weights, {inputs, neurons}),
                               npy_vector("theta", learner.state.theta),
                               npy_vector("spikes", learner.state.spikes),
                               npy_vector("slow", learner.state.slow),
                               npy_vector("learnt", columns.learnt),
                               npy_vector("accuracy", columns.accuracy),
                               npy_vector("accuracy_newest", columns.newest),
                               npy_vector("accuracy_previous", columns.previous),
                               npy_vector("spikes_an_image", columns.spikes),
                               npy_vector("unlabelled", columns.unlabelled),
                               npy_vector("confusion", columns.confusion, {stages, kImageClasses, kImageClasses + 1}),
                               npy_vector("operations", columns.operations)};
  if (codes) {
    arrays.push_back(npy_vector("weight_bits", of_codes.bits));
    arrays.push_back(npy_vector("weight_unit", of_codes.unit));
  }
  write_npz(path, arrays);
}

Found read_model(const std::string& path, const LearnModel& model, Learner& learner) {
  if (!std::filesystem::exists(path)) return Found::none;
  try {
    const NpzReader file(path);
    if (!file.has("key") || file.read_text("key") != std::vector<std::string>{model.key}) return Found::other;
    Columns columns;
    const bool codes = !learner.state.codes.empty();
    CompetitiveState state;
    if (codes)
      state.codes = file.read<std::uint32_t>("codes");
    else
      state.weights = file.read<float>("weights");
    state.theta = file.read<float>("theta");
    state.spikes = file.read<float>("spikes");
    state.slow = file.read<float>("slow");
    if (codes && file.read<std::uint32_t>("weight_bits") != code_arrays(learner.options).bits) return Found::other;
    columns.learnt = file.read<std::uint64_t>("learnt");
    columns.accuracy = file.read<double>("accuracy");
    columns.newest = file.read<double>("accuracy_newest");
    columns.previous = file.read<double>("accuracy_previous");
    columns.spikes = file.read<double>("spikes_an_image");
    columns.unlabelled = file.read<std::uint64_t>("unlabelled");
    columns.confusion = file.read<std::uint64_t>("confusion");
    columns.operations = file.read<std::uint64_t>("operations");
    const std::size_t stages = columns.learnt.size(), neurons = learner.options.neurons;
    const bool whole = stages <= learner.stages.size() && state.weights.size() == learner.state.weights.size() &&
                       state.codes.size() == learner.state.codes.size() && state.theta.size() == neurons &&
                       state.spikes.size() == neurons && state.slow.size() == neurons &&
                       columns.accuracy.size() == stages && columns.newest.size() == stages &&
                       columns.previous.size() == stages && columns.spikes.size() == stages &&
                       columns.unlabelled.size() == stages && columns.confusion.size() == stages * kCells &&
                       columns.operations.size() == 2 * kNumbers;
    if (!whole) return Found::other;
    learner.state = std::move(state);
    for (std::size_t k = 0; k < stages; ++k) learner.scores.push_back(columns.at(k));
    take(columns.operations, 0, learner.learning, learner.learnt);
    take(columns.operations, kNumbers, learner.scoring, learner.scored);
    return Found::ours;
  } catch (const InputError&) {  // cut short, or not ours
    return Found::other;
  }
}

}  // namespace sprig::app
