// sprig learn: models of competing neurons learn images, without labels, stage by stage, side by side. sprig train:
// layered models learn them from their labels, in the same way.
#include <algorithm>
#include <numeric>

#include "host/app/learn/learning_run.hpp"
#include "host/app/learn/table.hpp"
#include "host/app/verbs.hpp"
#include "sprig/session/place.hpp"
#include "sprig/session/progress.hpp"
#include "sprig/session/session.hpp"
#include "sprig/session/table.hpp"

namespace sprig::app {

namespace {

Json confusion_json(const LearnModel& model, const StageScore& score) {
  return {{"network", model.name}, {"seed", model.seed}, {"rows", "label"}, {"counts", score.confusion}};
}

// What the table does not show: models that failed, that are silent, and whose codes say next to nothing.
std::string remarks(const LearnModels& models) {
  std::string text;
  for (std::size_t k = 0; k < models.models.size(); ++k) {
    const Learner& learner = models.learners[k];
    if (!learner.failure.empty())
      text += title_of(models.models[k]) + ": " + learner.failure + "\n";
    else if (!learner.scores.empty() && learner.scores.back().spikes == 0)
      text += title_of(models.models[k]) + ": no neuron fires\n";
    const std::string remark = learner.failure.empty() ? learner.model->remark() : "";
    if (!remark.empty()) text += title_of(models.models[k]) + ": " + remark + "\n";
  }
  return text;
}

Json range_json(const LearntArray& array) {
  return std::visit(
      [](const auto* values) -> Json {
        const auto [least, most] = std::minmax_element(values->begin(), values->end());
        const double sum = std::accumulate(values->begin(), values->end(), 0.0);
        return {{"mean", sum / static_cast<double>(values->size())}, {"least", *least}, {"most", *most}};
      },
      array.values);
}

Json shown_model(const LearnModel& model, const Learner& learner) {
  Json shown{{"network", model.name}, {"file", model.file}};
  for (const LearntArray& array : learner.model->arrays())
    if (array.range != nullptr && array.size() > 0) shown[array.range] = range_json(array);
  return shown;
}

Json result_of(const LearnModels& models, const LearnSection& learn, const ImageShape& shape) {
  Json rows = Json::array(), confusion = Json::array(), shown = Json::array();
  for (std::size_t k = 0; k < models.models.size(); ++k) {
    const LearnModel& model = models.models[k];
    const Learner& learner = models.learners[k];
    if (learner.scores.empty()) continue;
    for (Json& row : learn_rows(model, learner, learn.protocol.protocol)) rows.push_back(row);
    confusion.push_back(confusion_json(model, learner.scores.back()));
    if (k % learn.seeds == 0) shown.push_back(shown_model(model, learner));  // the page shows the first seeds
  }
  Json result{{"rows", rows}, {"confusion", confusion}, {"models", shown}};
  result["image"] = {shape.planes, shape.rows, shape.columns};
  const Learner& first = models.learners.front();
  if (first.scores.size() == first.stages.size()) result["accuracy"] = first.scores.back().accuracy;
  return result;
}

int teach(const Command& command, ModelSection section) {
  const Config& config = command.config;
  const LearnImages images(config.learn);
  require_room_to_learn(config, images, section);
  LearnModels models = learn_models(config, images, section);
  std::vector<std::string> names = model_files(models);
  names.emplace_back("table.txt");
  Session session(command, names);
  const LearningRun run = learn_all(models, images, config, session, command.quiet);
  const LearnSummary summary = learn_summary(models, config.learn);
  const std::string text = summary.text + remarks(models), hash = result_hash(models);
  session.table("table.txt", text);
  session.print(text);
  Json result = result_of(models, config.learn, images.train.shape);
  result["networks"] = summary.json;
  result["hash"] = hash;
  if (run.presentations > 0) {
    result["presentations_per_s"] = run.presentations / run.seconds;
    session.print(number_text(run.presentations, 9) + " presentations in " + duration_text(run.seconds) + ", " +
                  number_text(run.presentations / run.seconds, 3) + " a second\n");
  }
  const int code = session.finish(result, hash, device_used(config).text(), run.complete);
  if (run.complete) throw_failures(models);
  return code;
}

}  // namespace

int learn_verb(const Command& command) { return teach(command, ModelSection::learn); }
int train_verb(const Command& command) { return teach(command, ModelSection::layered); }

}  // namespace sprig::app
