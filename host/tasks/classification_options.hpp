// What a classification's options must satisfy, and its images.
#pragma once

#include "sprig/tasks/classify.hpp"

namespace sprig {

// Checks all that the options alone and the network's step can show. Errors: ConfigError naming the key (task.*).
void check_classification(const ClassificationOptions& options, double step_ms);

struct TaskImages {
  ImageSet train, test;  // train: of training and validation
};

// Reads both parts of the set. Errors: those of load_images(); ConfigError when there are fewer images than asked for;
// InputError when the parts have images of different sizes.
TaskImages load_task_images(const ClassificationOptions& options);

}  // namespace sprig
