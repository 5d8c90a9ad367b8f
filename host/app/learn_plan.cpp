// What `learn` holds at once.
#include <cmath>

#include "host/app/learn_models.hpp"
#include "sprig/app/memory_plan.hpp"
#include "sprig/learning/model_memory.hpp"

namespace sprig::app {

MemoryPlan plan_learning(const Config& config) {
  const LearnImages images(config.learn);
  const LearnModels models = learn_models(config, images);
  MemoryPlan plan;
  double weights = 0, state = 0, stages = 0;
  for (const Learner& learner : models.learners) {
    const ModelMemory memory = model_memory(learner.options, images.train.shape.pixels(), false);
    weights += static_cast<double>(memory.weights);
    state += static_cast<double>(memory.state);
    for (const Stage& stage : learner.stages)
      stages += 4.0 * static_cast<double>(stage.train.size() + stage.label.size() + stage.score.size());
    plan.neurons += learner.options.neurons;
    plan.synapses += static_cast<double>(learner.state.weights.size());
  }
  constexpr double kCopies = 2;  // as it was, and in the stage
  plan.items = {{"task", "images", static_cast<double>(images.train.data.size() + images.test.data.size())},
                {"task", "stages of " + std::to_string(models.learners.size()) + " models", stages},
                {"learning", "weights", kCopies * weights},
                {"learning", "neurons and traces", state}};
  return plan;
}

}  // namespace sprig::app
