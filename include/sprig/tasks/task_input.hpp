// A task as what drives a network: for Lyapunov exponents, and for whatever else runs a network piece by piece.
#pragma once

#include <cstdint>

#include "sprig/engine/simulation.hpp"
#include "sprig/network/network.hpp"
#include "sprig/tasks/score.hpp"

namespace sprig {

struct TaskInput {
  Network network;  // with the encoder's input layer
  Drive drive;      // with the encoder's gains
  InputSource input;
};

// The teacher-forced input of one replica, in calls of any number of steps: lyapunov_spectrum(t.network, t.drive,
// simulation, options, t.input) gives the conditional exponents under the task. Step simulation.first_step is the first
// of the washout; after the training part's last step comes its first one again, and validation and test parts are
// never fed in, so that what is decided by the exponents has not seen them. Up to that point the network sees what it
// sees in evaluate_task(). A copy of `input` runs on its own. Errors: ConfigError for images (task.system), whose
// presentations each begin from the network's initial state, so that there is no long run; those of evaluate_task();
// the source's own: ConfigError for a step before the first.
TaskInput task_input(const Network& network, const Drive& drive, const SimulationOptions& simulation,
                     const TaskOptions& options, std::uint32_t seed);

}  // namespace sprig
