// Models through their stages, as the verbs that learn do it.
#include "host/app/learn/learning_run.hpp"

#include <algorithm>
#include <chrono>

#include "host/app/learn/model_file.hpp"
#include "host/app/learn/plan.hpp"
#include "host/app/learn/table.hpp"
#include "sprig/core/error.hpp"
#include "sprig/core/hash.hpp"
#include "sprig/engine/device.hpp"
#include "sprig/session/place.hpp"
#include "sprig/session/plain_name.hpp"
#include "sprig/session/progress.hpp"
#include "sprig/session/table.hpp"

namespace sprig::app {

namespace {

// How far all that is still to be done has come.
class Pace {
 public:
  Pace(const LearnModels& models, bool quiet) : line_("learn", quiet) {
    for (const Learner& learner : models.learners)
      for (std::size_t k = learner.scores.size(); k < learner.stages.size(); ++k)
        total_ += static_cast<double>(k == learner.scores.size() ? presentations_left(learner)
                                                                 : presentations_of(learner.stages[k]));
  }
  void begin(double presentations) { before_ = done_, stage_ = presentations; }
  bool update(double in_stage) {
    done_ = before_ + in_stage * stage_;
    return line_.update(done_ / total_, number_text(images_a_second(), 3) + " images/s");
  }
  double presentations() const { return done_; }
  double seconds() const { return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count(); }
  double images_a_second() const { return done_ / std::max(seconds(), 1e-9); }

 private:
  ProgressLine line_;
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
  double total_ = 0, done_ = 0, before_ = 0, stage_ = 0;  // presentations
};

// What is kept of each model while it is in a stage.
std::vector<Checkpoints> checkpoints_of(const LearnModels& models, WorkLog& log) {
  std::vector<Checkpoints> all;
  for (const LearnModel& model : models.models)
    all.push_back(log.checkpoints(plain_name(model.name) + "_" + std::to_string(model.seed),
                                  {Hash().bytes(model.key.data(), model.key.size()).value()}));
  return all;
}

// Those that have a stage to go, through it; each is a file then.
void learn_stage(LearnModels& models, const std::vector<std::size_t>& which, const LearnImages& images,
                 const Config& config, RunFolder& folder, const std::vector<Checkpoints>& checkpoints, Pace& pace) {
  std::vector<Learner*> learners;
  std::vector<Checkpoints> of_learners;
  double work = 0;
  for (const std::size_t k : which) {
    learners.push_back(&models.learners[k]);
    of_learners.push_back(checkpoints[k]);
    work += static_cast<double>(presentations_left(*learners.back()));
  }
  pace.begin(work);
  run_stage(
      learners, images.scored(), config.learn.protocol.vote, config.simulation.device, config.simulation.threads,
      [&](double fraction) { return pace.update(fraction); }, of_learners);
  for (const std::size_t k : which) {
    if (!models.learners[k].failure.empty()) continue;
    write_model(folder.file(models.models[k].file), models.models[k], models.learners[k]);
    folder.metric(json_text(learn_rows(models.models[k], models.learners[k], config.learn.protocol.protocol).back()));
  }
}

// Goes on from the state, where it is further than the model's file: a file is written when a stage ends.
void take_up(const Checkpoints& checkpoints, Learner& learner) {
  Learner state = learner;
  if (!checkpoints.restore([&](Reader& reader) { reader(state); })) return;
  if (state.scores.size() > learner.scores.size() ||
      (state.scores.size() == learner.scores.size() && state.under_way.has_value()))
    learner = std::move(state);
}

// Models go on from what an earlier run of this folder has kept; says what that was.
std::string take_up(LearnModels& models, RunFolder& folder, const std::vector<Checkpoints>& checkpoints,
                    Protocol protocol) {
  std::size_t stages = 0, begun = 0, others = 0, most = 0;
  std::vector<std::vector<Json>> rows;
  for (std::size_t k = 0; k < models.models.size(); ++k) {
    Learner& learner = models.learners[k];
    const std::string& file = models.models[k].file;
    const std::string earlier = folder.earlier(file);
    const Found found = read_model(earlier, models.models[k], learner);
    if (found == Found::other) ++others;
    // A model of the finished result that this one is going to replace belongs to this one too.
    if (found == Found::ours && earlier != folder.file(file)) write_model(folder.file(file), models.models[k], learner);
    take_up(checkpoints[k], learner);
    if (learner.under_way) ++begun;
    rows.push_back(learn_rows(models.models[k], learner, protocol));
    stages += rows.back().size();
    most = std::max(most, rows.back().size());
  }
  for (std::size_t stage = 0; stage < most; ++stage)
    for (const std::vector<Json>& of_model : rows)
      if (stage < of_model.size()) folder.metric(json_text(of_model[stage]));
  std::string text;
  if (stages + begun > 0)
    text += std::to_string(stages) + " finished stages and " + std::to_string(begun) +
            " begun ones are kept from an earlier run of this folder\n";
  if (others > 0)
    text += std::to_string(others) +
            " models of this folder are of another configuration or damaged, and are learnt anew\n";
  return text;
}

}  // namespace

// What learning takes, on this machine and on its device.
void require_room_to_learn(const Config& config, const LearnImages& images, ModelSection section) {
  const Device device = device_used(config);
  const int blocks = device.names_gpu() ? cuda::multiprocessors(device) : 0;
  const MemoryPlan plan = plan_learning(config, images, blocks, section);
  require_fits(plan, available_memory(), learn_memory_hint(section));
  if (!device.names_gpu()) return;
  const std::size_t gpus = device == Device::cuda_all ? cuda::usable_gpus().size() : 1;
  require_fits(plan.on_device().shared_by(gpus), memory_of(planned_gpu(device)), learn_memory_hint(section));
}

// What learning writes besides what every verb does.
std::vector<std::string> model_files(const LearnModels& models) {
  std::vector<std::string> names;
  for (const LearnModel& model : models.models) names.push_back(model.file);
  return names;
}

LearningRun learn_all(LearnModels& models, const LearnImages& images, const Config& config, Session& session,
                      bool quiet) {
  const std::vector<Checkpoints> checkpoints = checkpoints_of(models, session.log());
  session.print(take_up(models, session.folder(), checkpoints, config.learn.protocol.protocol));
  LearningRun run;
  Pace pace(models, quiet);
  try {
    for (std::vector<std::size_t> which; !(which = not_learnt(models)).empty();)
      learn_stage(models, which, images, config, session.folder(), checkpoints, pace);
  } catch (const Interrupted&) {
    run.complete = false;
  }
  run.presentations = pace.presentations(), run.seconds = pace.seconds();
  return run;
}

std::string title_of(const LearnModel& model) { return model.name + ", seed " + std::to_string(model.seed); }

void throw_failures(const LearnModels& models) {
  for (std::size_t k = 0; k < models.models.size(); ++k)
    if (!models.learners[k].failure.empty())
      throw NumericalError(title_of(models.models[k]), models.learners[k].failure);
}

}  // namespace sprig::app
