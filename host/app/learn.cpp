// sprig learn: models of competing neurons learn images, without labels, stage by stage, side by side.
#include <algorithm>
#include <chrono>
#include <numeric>

#include "host/app/learn_models.hpp"
#include "host/app/learn_store.hpp"
#include "host/app/learn_table.hpp"
#include "sprig/app/command.hpp"
#include "sprig/app/progress.hpp"
#include "sprig/app/session.hpp"
#include "sprig/app/setup.hpp"
#include "sprig/app/table.hpp"
#include "sprig/core/error.hpp"
#include "sprig/core/hash.hpp"
#include "sprig/engine/device.hpp"

namespace sprig::app {

namespace {

// How far all that is still to be done has come.
class Pace {
 public:
  Pace(const LearnModels& models, bool quiet) : line_("learn", quiet) {
    for (const Learner& learner : models.learners) {
      total_ -= static_cast<double>(learner.begun);
      for (std::size_t k = learner.scores.size(); k < learner.stages.size(); ++k)
        total_ += static_cast<double>(presentations_of(learner.stages[k]));
    }
  }
  void begin(double presentations) { before_ = done_, stage_ = presentations; }
  bool update(double in_stage) {
    done_ = before_ + in_stage * stage_;
    return line_.update(done_ / total_, number_text(images_a_second(), 3) + " images/s");
  }
  double images() const { return done_; }
  double seconds() const { return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count(); }
  double images_a_second() const { return done_ / std::max(seconds(), 1e-9); }

 private:
  ProgressLine line_;
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
  double total_ = 0, done_ = 0, before_ = 0, stage_ = 0;  // presentations
};

void keep(const LearnModels& models, const std::vector<std::size_t>& which, const RunFolder& folder) {
  for (const std::size_t k : which)
    if (models.learners[k].failure.empty())
      keep_learner(folder.file(models.models[k].file), models.models[k], models.learners[k]);
}

// Those that have a stage to go, through it; kept on disk when it is done, or as far as it has come.
void learn_stage(LearnModels& models, const std::vector<std::size_t>& which, const LearnImages& images,
                 const Config& config, RunFolder& folder, Pace& pace) {
  std::vector<Learner*> learners;
  double work = 0;
  for (const std::size_t k : which) {
    learners.push_back(&models.learners[k]);
    work += static_cast<double>(presentations_left(*learners.back()));
  }
  pace.begin(work);
  try {
    run_stage(learners, images.scored(), config.learn.protocol.vote, config.simulation.device,
              config.simulation.threads, [&](double fraction) { return pace.update(fraction); });
  } catch (const Interrupted&) {
    keep(models, which, folder);
    throw;
  }
  keep(models, which, folder);
  for (const std::size_t k : which)
    if (models.learners[k].failure.empty())
      folder.metric(json_text(learn_rows(models.models[k], models.learners[k], config.learn.protocol.protocol).back()));
}

std::vector<std::size_t> not_done(const LearnModels& models) {
  std::vector<std::size_t> which;
  for (std::size_t k = 0; k < models.learners.size(); ++k)
    if (models.learners[k].failure.empty() && models.learners[k].scores.size() < models.learners[k].stages.size())
      which.push_back(k);
  return which;
}

Json confusion_json(const LearnModel& model, const StageScore& score) {
  return {{"network", model.name}, {"seed", model.seed}, {"rows", "label"}, {"counts", score.confusion}};
}

std::string title(const LearnModel& model) { return model.name + ", seed " + std::to_string(model.seed); }

// What the table does not show: models that failed, and those that are silent.
std::string remarks(const LearnModels& models) {
  std::string text;
  for (std::size_t k = 0; k < models.models.size(); ++k) {
    const Learner& learner = models.learners[k];
    if (!learner.failure.empty())
      text += title(models.models[k]) + ": " + learner.failure + "\n";
    else if (!learner.scores.empty() && learner.scores.back().spikes == 0)
      text += title(models.models[k]) + ": no neuron fires\n";
  }
  return text;
}

Json range_json(const std::vector<float>& values) {
  const auto [least, most] = std::minmax_element(values.begin(), values.end());
  const double sum = std::accumulate(values.begin(), values.end(), 0.0);
  return {{"mean", sum / static_cast<double>(values.size())}, {"least", *least}, {"most", *most}};
}

}  // namespace

int learn_verb(const Command& command) {
  const Config& config = command.config;
  const LearnImages images(config.learn);
  const MemoryPlan plan = plan_learning(config, images);
  require_fits(plan, available_memory(), kLearnMemoryHint);
  if (uses_device(config.simulation.device)) {
    const cuda::DeviceInfo device = cuda::current_device();
    require_fits(plan.on_device(), {"device " + device.name, static_cast<double>(device.free_bytes)}, kLearnMemoryHint);
  }
  LearnModels models = learn_models(config, images);
  Session session(command);
  std::size_t stages = 0, begun = 0, others = 0;
  for (std::size_t k = 0; k < models.models.size(); ++k) {
    const Found found =
        find_learner(session.folder().file(models.models[k].file), models.models[k], models.learners[k]);
    if (found == Found::other) ++others;
    if (models.learners[k].begun > 0) ++begun;
    for (const Json& row : learn_rows(models.models[k], models.learners[k], config.learn.protocol.protocol)) {
      session.folder().metric(json_text(row));
      ++stages;
    }
  }
  if (stages + begun > 0)
    session.print(std::to_string(stages) + " finished stages and " + std::to_string(begun) +
                  " begun ones are kept from an earlier run of this folder\n");
  if (others > 0)
    session.print(std::to_string(others) +
                  " models of this folder are of another configuration or damaged, and are learnt anew\n");
  bool complete = true;
  double images_done = 0, seconds = 0;
  {
    Pace pace(models, command.quiet);
    try {
      for (std::vector<std::size_t> which; !(which = not_done(models)).empty();)
        learn_stage(models, which, images, config, session.folder(), pace);
    } catch (const Interrupted&) {
      complete = false;
    }
    images_done = pace.images(), seconds = pace.seconds();
  }
  Json rows = Json::array(), confusion = Json::array();
  Hash hash;
  for (std::size_t k = 0; k < models.models.size(); ++k) {
    const Learner& learner = models.learners[k];
    for (Json& row : learn_rows(models.models[k], learner, config.learn.protocol.protocol)) rows.push_back(row);
    if (!learner.scores.empty()) confusion.push_back(confusion_json(models.models[k], learner.scores.back()));
    hash.add(learner.state.weights).add(learner.state.theta);
  }
  const LearnSummary summary = learn_summary(models, config.learn);
  const std::string text = summary.text + remarks(models);
  session.folder().write("table.txt", text);
  session.print(text);
  Json result{{"rows", rows}, {"networks", summary.json}, {"confusion", confusion}, {"hash", hash.hex()}};
  const ImageShape shape = images.train.shape;
  result["image"] = {shape.planes, shape.rows, shape.columns};
  result["models"] = Json::array();
  for (std::size_t k = 0; k < models.models.size(); k += config.learn.seeds)  // the page shows the first seeds
    if (!models.learners[k].scores.empty())
      result["models"].push_back({{"network", models.models[k].name},
                                  {"file", models.models[k].file},
                                  {"theta_mv", range_json(models.learners[k].state.theta)}});
  const auto failed = std::find_if(models.learners.begin(), models.learners.end(),
                                   [](const Learner& learner) { return !learner.failure.empty(); });
  if (models.learners.front().scores.size() == models.learners.front().stages.size())
    result["accuracy"] = models.learners.front().scores.back().accuracy;
  if (images_done > 0) {
    result["presentations_per_s"] = images_done / seconds;
    session.print(number_text(images_done, 9) + " presentations in " + duration_text(seconds) + ", " +
                  number_text(images_done / seconds, 3) + " a second\n");
  }
  const int code = session.finish(result, hash.hex(), device_used(config), complete, true);
  if (complete && failed != models.learners.end())
    throw NumericalError(title(models.models[static_cast<std::size_t>(failed - models.learners.begin())]),
                         failed->failure);
  return code;
}

}  // namespace sprig::app
