#include "sprig/learning/competitive/system.hpp"

#include <cstdio>

#include "sprig/core/refuse.hpp"
#include "sprig/core/threads.hpp"
#include "sprig/learning/competitive/check.hpp"
#include "sprig/learning/competitive/constants.hpp"
#include "sprig/learning/competitive/model_memory.hpp"
#include "sprig/learning/competitive/weights.hpp"

namespace sprig {

namespace {

constexpr double kMostExtreme = 0.99;  // of codes

class CompetitiveSystem final : public LearningSystem {
 public:
  explicit CompetitiveSystem(const CompetitiveOptions& options) : options_(options) {}

  std::string name() const override { return std::string(name_of(options_.rule)); }
  std::uint32_t neurons() const override { return options_.neurons; }
  double synapses(std::uint32_t inputs) const override { return static_cast<double>(inputs) * options_.neurons; }
  std::uint32_t outputs() const override { return options_.neurons; }
  bool supervised() const override { return false; }
  void check() const override { check_competitive(options_); }

  // Codes are numbers for a presentation in each model's memory of a GPU, in that of each thread on the CPU.
  std::vector<ModelBytes> bytes(std::uint32_t inputs, double at_once) const override {
    check_competitive(options_);
    check_weights(options_, inputs);
    const ModelMemory memory = model_memory(options_, inputs, false);
    return {{"weights", static_cast<double>(memory.weights), ModelBytes::Of::learnt},
            {"neurons and traces", static_cast<double>(memory.state), ModelBytes::Of::state},
            {"weights of 32 bits while an image is learnt", at_once * static_cast<double>(memory.working),
             ModelBytes::Of::working}};
  }

  PiecesAtOnce pieces_at_once(std::size_t models, bool learning, int gpu_blocks, int threads) const override {
    // On a device: blocks enough to fill it, and long pieces, for each costs a copy of the weights there and back.
    constexpr std::size_t kDeviceImages = 2000, kImages = 50;
    if (learning) return {1, gpu_blocks > 0 ? kDeviceImages : kImages};
    const auto wide = static_cast<std::size_t>(gpu_blocks > 0 ? gpu_blocks : team_size(threads));
    return {wide / models + 1, kImages};
  }

  std::unique_ptr<LearningModel> make(std::uint32_t inputs, std::uint32_t seed) const override {
    CompetitiveOptions options = options_;
    options.seed = seed;
    return std::make_unique<CompetitiveModel>(options, inputs);
  }

  void present(View<LearningJob> jobs, Device device, int threads) const override {
    std::vector<Presentations> models;
    for (const LearningJob& job : jobs) {
      auto& model = dynamic_cast<CompetitiveModel&>(*job.model);
      Presentations& of = models.emplace_back();
      of.options = &model.options, of.state = &model.state;
      of.images = job.images, of.which = job.which;
      of.first_step = std::uint64_t{job.pass} * presentation_steps(model.options);
      of.learning = job.learning;
    }
    sprig::present(models, device, threads);
    for (std::size_t k = 0; k < models.size(); ++k) {
      jobs[k].counts = std::move(models[k].counts);
      for (const std::uint32_t count : jobs[k].counts) jobs[k].spikes += count;
      jobs[k].operations = models[k].operations;
      jobs[k].failure = std::move(models[k].failure);
    }
  }

 private:
  CompetitiveOptions options_;
};

}  // namespace

CompetitiveModel::CompetitiveModel(const CompetitiveOptions& options_, std::uint32_t inputs)
    : options(options_),
      state(initial_state(options_, inputs)),
      inputs_(inputs),
      weight_bits_{options_.weight_bits},
      weight_unit_{weight_codes(options_).unit} {}

std::vector<LearntArray> CompetitiveModel::arrays() {
  const std::uint64_t neurons = options.neurons, words = words_of_row(options.weight_bits, options.neurons);
  std::vector<LearntArray> all{{"weights", &state.weights, {inputs_, neurons}}};
  const bool codes = options.weight_bits < 32;
  if (codes) all.push_back({"codes", &state.codes, {inputs_, words}});
  all.push_back({"theta", &state.theta, {neurons}, ArrayRole::result, "theta_mv"});
  all.push_back({"spikes", &state.spikes, {neurons}, ArrayRole::state});
  all.push_back({"slow", &state.slow, {neurons}, ArrayRole::state});
  if (codes) {
    all.push_back({"weight_bits", &weight_bits_, {1}, ArrayRole::constant});
    all.push_back({"weight_unit", &weight_unit_, {1}, ArrayRole::constant});
  }
  return all;
}

std::string CompetitiveModel::remark() const {
  const double extreme = extreme_codes(options, state);
  if (extreme <= kMostExtreme) return {};
  char percent[32];
  std::snprintf(percent, sizeof percent, "%.4g", 100 * extreme);
  return std::string(percent) +
         " % of the weights are 0 or the largest: updates are too small for learn.weight_bits = " +
         std::to_string(options.weight_bits) + ", or too many";
}

std::shared_ptr<const LearningSystem> competitive_system(const CompetitiveOptions& options) {
  return std::make_shared<CompetitiveSystem>(options);
}

}  // namespace sprig
