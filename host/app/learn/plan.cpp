// What `learn` and `train` hold at once.
#include <algorithm>

#include "host/app/learn/plan.hpp"
#include "sprig/core/threads.hpp"
#include "sprig/learning/competitive/model_memory.hpp"
#include "sprig/session/table.hpp"

namespace sprig::app {

MemoryPlan plan_learning(const Config& config, const LearnImages& images, int gpu_blocks, ModelSection section) {
  const double seeds = config.learn.seeds, models = seeds * static_cast<double>(1 + config.learn.variants.size());
  const std::uint32_t inputs = images.train.shape.pixels();
  MemoryPlan plan;
  double learnt = 0, stages = 0, responses = 0, of_phase[2] = {0, 0};
  std::vector<MemoryItem> of_models, working;
  const auto add = [](std::vector<MemoryItem>& items, const ModelBytes& group, auto combined) {
    auto item = std::find_if(items.begin(), items.end(), [&](const MemoryItem& i) { return i.name == group.name; });
    if (item == items.end()) item = items.insert(items.end(), {"learning", group.name, 0});
    item->bytes = combined(item->bytes);
  };
  const double at_once = gpu_blocks > 0 ? models : std::min<double>(models, team_size(config.simulation.threads));
  for (const LearnVariant& variant : learn_variants(config, section)) {
    const LearningSystem& system = *variant.system;
    for (const ModelBytes& group : system.bytes(inputs, at_once)) {
      if (group.of == ModelBytes::Of::learnt) learnt += seeds * group.bytes;
      if (group.of == ModelBytes::Of::working)
        add(working, group, [&](double before) { return std::max(before, group.bytes); });
      else
        add(of_models, group, [&](double before) { return before + seeds * group.bytes; });
    }
    for (const bool learning : {true, false}) {
      const PiecesAtOnce pieces =
          system.pieces_at_once(static_cast<std::size_t>(models), learning, gpu_blocks, config.simulation.threads);
      of_phase[learning] += seeds * 4.0 * static_cast<double>(pieces.pieces * pieces.images) * system.outputs();
    }
    for (const Stage& stage : protocol_stages(variant.config.learn.protocol, images.train, images.scored().scored, 0))
      stages +=
          seeds * 4.0 *
          static_cast<double>(stage.train.size() + stage.score.size() + (system.supervised() ? 0 : stage.label.size()));
    if (!system.supervised()) responses += seeds * 8.0 * kImageClasses * system.outputs();
    plan.neurons += seeds * system.neurons();
    plan.synapses += seeds * system.synapses(inputs);
  }
  plan.items = {{"task", "images", static_cast<double>(images.train.data.size() + images.test.data.size())},
                {"task", "stages of " + std::to_string(static_cast<int>(models)) + " models", stages},
                {"task", "weights before the stage", learnt}};
  plan.items.insert(plan.items.end(), of_models.begin(), of_models.end());
  plan.items.push_back({"learning", "responses to each class", responses});
  plan.items.push_back({"learning", "spike counts", std::max(of_phase[0], of_phase[1])});
  for (const MemoryItem& item : working)
    if (item.bytes > 0) plan.items.push_back(item);
  return plan;
}

std::string model_sizes(const Config& config, const LearnImages& images) {
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
