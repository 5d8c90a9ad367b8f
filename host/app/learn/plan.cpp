// What `learn` holds at once.
#include <algorithm>

#include "host/app/learn/plan.hpp"
#include "sprig/learning/competitive/check.hpp"
#include "sprig/learning/competitive/model_memory.hpp"

namespace sprig::app {

MemoryPlan plan_learning(const Config& config, const LearnImages& images, int gpu_blocks) {
  const double seeds = config.learn.seeds, models = seeds * static_cast<double>(1 + config.learn.variants.size());
  MemoryPlan plan;
  double weights = 0, state = 0, stages = 0, of_phase[2] = {0, 0};
  for (const LearnVariant& variant : learn_variants(config)) {
    const LearnSection& learn = variant.config.learn;
    check_competitive(learn.model);
    const ModelMemory memory = model_memory(learn.model, images.train.shape.pixels(), false);
    weights += seeds * static_cast<double>(memory.weights);
    state += seeds * static_cast<double>(memory.state);
    for (const bool learning : {true, false}) {
      const PiecesAtOnce at_once =
          pieces_at_once(static_cast<std::size_t>(models), learning, gpu_blocks, config.simulation.threads);
      of_phase[learning] += seeds * 4.0 * static_cast<double>(at_once.pieces * at_once.images) * learn.model.neurons;
    }
    for (const Stage& stage : protocol_stages(learn.protocol, images.train, images.scored().scored, 0))
      stages += seeds * 4.0 * static_cast<double>(stage.train.size() + stage.label.size() + stage.score.size());
    plan.neurons += seeds * learn.model.neurons;
    plan.synapses += static_cast<double>(memory.weights) / 4 * seeds;
  }
  plan.items = {{"task", "images", static_cast<double>(images.train.data.size() + images.test.data.size())},
                {"task", "stages of " + std::to_string(static_cast<int>(models)) + " models", stages},
                {"task", "weights before the stage", weights},
                {"learning", "weights", weights},
                {"learning", "neurons and traces", state},
                {"learning", "spike counts", std::max(of_phase[0], of_phase[1])}};
  return plan;
}

}  // namespace sprig::app
