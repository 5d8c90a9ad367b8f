// Models as far as they have learnt, in the run folder: one file each, replaced after every stage and where a run is
// stopped. A run that was stopped or killed goes on from them, bit for bit.
#pragma once

#include <string>

#include "sprig/session/learn_models.hpp"

namespace sprig::app {

// Weights [input][neuron], theta, and the scores of its stages. Errors: InputError.
void keep_learner(const std::string& path, const LearnModel& model, const Learner& learner);

// If the file is of this very model, the learner goes on from it. One that is another's, is damaged or cannot be read
// is left alone until it is replaced.
enum class Found { none, other, ours };
Found find_learner(const std::string& path, const LearnModel& model, Learner& learner);

}  // namespace sprig::app
