// Models as they are after their last stage, in the run folder: one file each, replaced after every stage. They are
// results: what a stage has come to when it is stopped or killed is a state under way (session/work_log.hpp). But a run
// whose models are there, or some of them, goes on from them, bit for bit.
#pragma once

#include <string>

#include "sprig/session/learn_models.hpp"

namespace sprig::app {

// The arrays of its system, and the scores of its stages. Errors: InputError.
void write_model(const std::string& path, const LearnModel& model, const Learner& learner);

// If the file is of this very model, the learner goes on from it. One that is another's, is damaged or cannot be read
// is left alone until it is replaced.
enum class Found { none, other, ours };
Found read_model(const std::string& path, const LearnModel& model, Learner& learner);

}  // namespace sprig::app
