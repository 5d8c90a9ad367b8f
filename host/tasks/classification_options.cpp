// Validation of classification options.
#include "host/tasks/classification_options.hpp"

#include <algorithm>
#include <string>

#include "host/tasks/option_checks.hpp"
#include "sprig/coding/readout.hpp"
#include "sprig/core/error.hpp"

namespace sprig {

namespace {

void check_size(const char* key, std::uint64_t asked, const ImageSet& set, const char* part) {
  if (asked > set.size())
    refuse(key, shown(asked) + " images", "at most " + shown(set.size()) + ", the set's " + part + " part");
}

std::string size_of(const ImageShape& shape) {
  return std::to_string(shape.rows) + " x " + std::to_string(shape.columns);
}

}  // namespace

void check_classification(const ClassificationOptions& options, double step_ms) {
  check_fields("task", options);
  FieldCheck{"task"}("lambdas", options.lambdas, kRidgeStrengths);
  task_check::rate("task.image_rate_hz", options.rate_hz, step_ms);
  if (options.steps % options.windows != 0)
    refuse("task.image_windows", shown(options.windows), "a divisor of task.image_steps = " + shown(options.steps));
}

TaskImages load_task_images(const ClassificationOptions& options) {
  TaskImages images{load_images(options.system, options.folder, ImagePart::train, {}, options.limits),
                    load_images(options.system, options.folder, ImagePart::test, {}, options.limits)};
  check_size("task.image_train + task.image_validation", options.train + options.validation, images.train, "training");
  check_size("task.image_test", options.test, images.test, "test");
  const ImageShape shape = images.train.shape;
  if (!(shape == images.test.shape))
    throw InputError(options.folder, "training images of " + size_of(shape) + " pixels and test images of " +
                                         size_of(images.test.shape) + ", must be the same");
  if (options.patch > std::min(shape.rows, shape.columns))
    refuse("task.image_patch", shown(options.patch), "at most the shorter side of its images, " + size_of(shape));
  return images;
}

}  // namespace sprig
