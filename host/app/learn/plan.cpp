// What `learn` holds at once.
#include <algorithm>

#include "host/app/learn/plan.hpp"
#include "sprig/core/threads.hpp"
#include "sprig/learning/competitive/check.hpp"
#include "sprig/learning/competitive/model_memory.hpp"
#include "sprig/session/table.hpp"

namespace sprig::app {

MemoryPlan plan_learning(const Config& config, const LearnImages& images, int gpu_blocks) {
  const double seeds = config.learn.seeds, models = seeds * static_cast<double>(1 + config.learn.variants.size());
  MemoryPlan plan;
  double weights = 0, state = 0, stages = 0, working = 0, responses = 0, of_phase[2] = {0, 0};
  // Codes are numbers for a presentation in each model's memory of a GPU, in that of each thread on the CPU.
  const double opened = gpu_blocks > 0 ? models : std::min<double>(models, team_size(config.simulation.threads));
  for (const LearnVariant& variant : learn_variants(config)) {
    const LearnSection& learn = variant.config.learn;
    check_competitive(learn.model);
    check_weights(learn.model, images.train.shape.pixels());
    const ModelMemory memory = model_memory(learn.model, images.train.shape.pixels(), false);
    weights += seeds * static_cast<double>(memory.weights);
    working = std::max(working, opened * static_cast<double>(memory.working));
    state += seeds * static_cast<double>(memory.state);
    for (const bool learning : {true, false}) {
      const PiecesAtOnce at_once =
          pieces_at_once(static_cast<std::size_t>(models), learning, gpu_blocks, config.simulation.threads);
      of_phase[learning] += seeds * 4.0 * static_cast<double>(at_once.pieces * at_once.images) * learn.model.neurons;
    }
    for (const Stage& stage : protocol_stages(learn.protocol, images.train, images.scored().scored, 0))
      stages += seeds * 4.0 * static_cast<double>(stage.train.size() + stage.label.size() + stage.score.size());
    responses += seeds * 8.0 * kImageClasses * learn.model.neurons;
    plan.neurons += seeds * learn.model.neurons;
    plan.synapses += static_cast<double>(images.train.shape.pixels()) * learn.model.neurons * seeds;
  }
  plan.items = {{"task", "images", static_cast<double>(images.train.data.size() + images.test.data.size())},
                {"task", "stages of " + std::to_string(static_cast<int>(models)) + " models", stages},
                {"task", "weights before the stage", weights},
                {"learning", "weights", weights},
                {"learning", "neurons and traces", state},
                {"learning", "responses to each class", responses},
                {"learning", "spike counts", std::max(of_phase[0], of_phase[1])}};
  if (working > 0) plan.items.push_back({"learning", "weights of 32 bits while an image is learnt", working});
  return plan;
}

std::string model_sizes(const Config& config, const LearnImages& images) {
  constexpr double kKilobyte = 1000;
  const auto synapses = [&](CompetitiveOptions model, std::uint32_t bits, Inhibition inhibition, bool stored) {
    model.weight_bits = bits;
    model.inhibition = inhibition;
    return static_cast<double>(model_memory(model, images.train.shape.pixels(), stored).synapses());
  };
  std::string text;
  for (const LearnVariant& variant : learn_variants(config)) {
    const CompetitiveOptions& model = variant.config.learn.model;
    const double alone = synapses(model, model.weight_bits, model.inhibition, false),
                 stored = synapses(model, model.weight_bits, model.inhibition, true);
    text += variant.name + ": weights " + number_text(alone / kKilobyte, 6) + " KB, 1/" +
            number_text(synapses(model, 32, model.inhibition, false) / alone, 3) +
            " of 32 bits; with inhibition as synapses " + number_text(stored / kKilobyte, 6) + " KB, 1/" +
            number_text(synapses(model, 32, Inhibition::population, true) / stored, 3) +
            " of 32 bits through a population (KB of 1000 bytes)\n";
  }
  return text;
}

}  // namespace sprig::app
