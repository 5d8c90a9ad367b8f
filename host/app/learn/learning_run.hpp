// Models through their stages, as the verbs that learn do it: side by side, each a file after every stage, going on
// from what an earlier run of the folder has kept.
#pragma once

#include <string>
#include <vector>

#include "sprig/session/learn_models.hpp"
#include "sprig/session/session.hpp"

namespace sprig::app {

// Errors: MemoryError where learning does not fit in memory, on this machine or on its device; ConfigError.
void require_room_to_learn(const Config& config, const LearnImages& images, ModelSection section = ModelSection::learn);

// Their files in the run folder.
std::vector<std::string> model_files(const LearnModels& models);

struct LearningRun {
  bool complete = true;                   // not stopped
  double presentations = 0, seconds = 0;  // of this process
};
// Errors: those of run_stage() but Interrupted, and of files.
LearningRun learn_all(LearnModels& models, const LearnImages& images, const Config& config, Session& session,
                      bool quiet);

// "name, seed 3"
std::string title_of(const LearnModel& model);
// Errors: NumericalError of the first model that failed.
void throw_failures(const LearnModels& models);

}  // namespace sprig::app
