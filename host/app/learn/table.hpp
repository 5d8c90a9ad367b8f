// What `sprig learn` prints and writes of its models.
#pragma once

#include <string>

#include "sprig/session/learn_models.hpp"
#include "sprig/session/output.hpp"

namespace sprig::app {

// Rows {network, protocol, seed, task, samples, accuracy, accuracy_newest, accuracy_previous, ...} of a model's stages.
Json learn_rows(const LearnModel& model, const Learner& learner, Protocol protocol);

// Networks against their scores over the seeds, and their differences to the first, paired by seed.
struct LearnSummary {
  std::string text;
  Json json;
};
LearnSummary learn_summary(const LearnModels& models, const LearnSection& learn);

}  // namespace sprig::app
