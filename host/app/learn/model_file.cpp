#include "host/app/learn/model_file.hpp"

#include <array>
#include <cstring>
#include <filesystem>

#include "sprig/core/error.hpp"
#include "sprig/core/files.hpp"
#include "sprig/formats/npz.hpp"

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
std::vector<std::uint64_t> numbers(const LearningOperations& o, std::uint64_t images) {
  return {images,          o.neuron_updates, o.synaptic_events, o.weight_updates, o.powers,
          o.trace_updates, o.weight_reads,   o.weight_writes,   o.state_bytes};
}
void take(const std::vector<std::uint64_t>& from, std::size_t at, LearningOperations& o, std::uint64_t& images) {
  images = from[at];
  o = {from[at + 1], from[at + 2], from[at + 3], from[at + 4], from[at + 5], from[at + 6], from[at + 7], from[at + 8]};
}

NpyArray in_file(const LearntArray& array) {
  return std::visit([&](const auto* values) { return npy_vector(array.name, *values, array.shape); }, array.values);
}

// Of constants only what the file has must be what the model has. False where it is of another size.
bool take(const NpzReader& file, const LearntArray& array) {
  return std::visit(
      [&]<class T>(std::vector<T>* values) {
        std::vector<T> found = file.read<T>(array.name);
        if (found.size() != values->size() || (array.role == ArrayRole::constant && found != *values)) return false;
        *values = std::move(found);
        return true;
      },
      array.values);
}

// Those that are in its file.
std::vector<LearntArray> kept_arrays(LearningModel& model) {
  std::vector<LearntArray> arrays = model.arrays();
  std::erase_if(arrays, [](const LearntArray& array) { return array.size() == 0; });
  return arrays;
}

}  // namespace

void write_model(const std::string& path, const LearnModel& model, const Learner& learner) {
  files::make_folders(files::folder_of(path));
  Columns columns;
  for (const StageScore& score : learner.scores) columns.add(score);
  columns.operations = numbers(learner.learning, learner.learnt);
  for (const std::uint64_t n : numbers(learner.scoring, learner.scored)) columns.operations.push_back(n);
  const std::uint64_t stages = learner.scores.size();
  std::vector<NpyArray> arrays{
      {"key", "|S" + std::to_string(model.key.size()), {}, model.key.data(), model.key.size()}};
  const std::vector<LearntArray> learnt = kept_arrays(*learner.model);
  for (const LearntArray& array : learnt)
    if (array.role != ArrayRole::constant) arrays.push_back(in_file(array));
  arrays.push_back(npy_vector("learnt", columns.learnt));
  arrays.push_back(npy_vector("accuracy", columns.accuracy));
  arrays.push_back(npy_vector("accuracy_newest", columns.newest));
  arrays.push_back(npy_vector("accuracy_previous", columns.previous));
  arrays.push_back(npy_vector("spikes_an_image", columns.spikes));
  arrays.push_back(npy_vector("unlabelled", columns.unlabelled));
  arrays.push_back(npy_vector("confusion", columns.confusion, {stages, kImageClasses, kImageClasses + 1}));
  arrays.push_back(npy_vector("operations", columns.operations));
  for (const LearntArray& array : learnt)
    if (array.role == ArrayRole::constant) arrays.push_back(in_file(array));
  write_npz(path, arrays);
}

Found read_model(const std::string& path, const LearnModel& model, Learner& learner) {
  if (!std::filesystem::exists(path)) return Found::none;
  try {
    const NpzReader file(path);
    if (!file.has("key") || file.read_text("key") != std::vector<std::string>{model.key}) return Found::other;
    Columns columns;
    AnyModel learnt = learner.model;
    for (const LearntArray& array : kept_arrays(*learnt))
      if (!take(file, array)) return Found::other;
    columns.learnt = file.read<std::uint64_t>("learnt");
    columns.accuracy = file.read<double>("accuracy");
    columns.newest = file.read<double>("accuracy_newest");
    columns.previous = file.read<double>("accuracy_previous");
    columns.spikes = file.read<double>("spikes_an_image");
    columns.unlabelled = file.read<std::uint64_t>("unlabelled");
    columns.confusion = file.read<std::uint64_t>("confusion");
    columns.operations = file.read<std::uint64_t>("operations");
    const std::size_t stages = columns.learnt.size();
    const bool whole = stages <= learner.stages.size() && columns.accuracy.size() == stages &&
                       columns.newest.size() == stages && columns.previous.size() == stages &&
                       columns.spikes.size() == stages && columns.unlabelled.size() == stages &&
                       columns.confusion.size() == stages * kCells && columns.operations.size() == 2 * kNumbers;
    if (!whole) return Found::other;
    learner.model = std::move(learnt);
    for (std::size_t k = 0; k < stages; ++k) learner.scores.push_back(columns.at(k));
    take(columns.operations, 0, learner.learning, learner.learnt);
    take(columns.operations, kNumbers, learner.scoring, learner.scored);
    return Found::ours;
  } catch (const InputError&) {  // cut short, or not ours
    return Found::other;
  }
}

}  // namespace sprig::app
