// What `learn` holds at once.
#include "host/app/learn_models.hpp"
#include "sprig/learning/competitive_constants.hpp"
#include "sprig/learning/model_memory.hpp"

namespace sprig::app {

MemoryPlan plan_learning(const Config& config, const LearnImages& images) {
  const double seeds = config.learn.seeds, models = seeds * static_cast<double>(1 + config.learn.variants.size());
  MemoryPlan plan;
  double weights = 0, state = 0, stages = 0, counts = 0;
  for (const LearnVariant& variant : learn_variants(config)) {
    const LearnSection& learn = variant.config.learn;
    check_competitive(learn.model);
    const ModelMemory memory = model_memory(learn.model, images.train.shape.pixels(), false);
    weights += seeds * static_cast<double>(memory.weights);
    state += seeds * static_cast<double>(memory.state);
    counts += seeds * 4.0 * kImagesAtOnce * learn.model.neurons;
    for (const Stage& stage : protocol_stages(learn.protocol, images.train, images.scored().scored, 0))
      stages += seeds * 4.0 * static_cast<double>(stage.train.size() + stage.label.size() + stage.score.size());
    plan.neurons += seeds * learn.model.neurons;
    plan.synapses += static_cast<double>(memory.weights) / 4 * seeds;
  }
  constexpr double kCopies = 2;  // as it was, and in the stage
  plan.items = {{"task", "images", static_cast<double>(images.train.data.size() + images.test.data.size())},
                {"task", "stages of " + std::to_string(static_cast<int>(models)) + " models", stages},
                {"learning", "weights", kCopies * weights},
                {"learning", "neurons and traces", state},
                {"learning", "spike counts", counts}};
  return plan;
}

}  // namespace sprig::app
