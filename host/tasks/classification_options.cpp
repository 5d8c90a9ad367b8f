// Validation of classification options.
#include "host/tasks/classification_options.hpp"

#include <algorithm>
#include <string>

#include "host/tasks/option_checks.hpp"

namespace sprig {

namespace {

using Limits = ClassificationLimits;

void check_size(const char* keys, std::uint64_t asked, const ImageSet& set, const char* part) {
  if (asked > set.size())
    task_check::refuse(keys, std::to_string(asked) + " images",
                       "at most " + std::to_string(set.size()) + ", the set's " + part + " part");
}

std::string size_of(const ImageShape& shape) {
  return std::to_string(shape.rows) + " x " + std::to_string(shape.columns);
}

}  // namespace

void check_classification(const ClassificationOptions& options, double step_ms) {
  using namespace task_check;
  count("image_train", options.train, 1, Limits::most_images);
  count("image_validation", options.validation, 1, Limits::most_images);
  count("image_test", options.test, 1, Limits::most_images);
  count("image_steps", options.steps, 1, Limits::most_steps);
  rate("image_rate_hz", options.rate_hz, step_ms);
  fraction("image_density", options.density);
  finite("image_weight", options.weight);
  count("image_patch", options.patch, 0, Limits::most_side);
  count("image_windows", options.windows, 1, options.steps);
  if (options.steps % options.windows != 0)
    refuse("image_windows", std::to_string(options.windows),
           "a divisor of task.image_steps = " + std::to_string(options.steps));
  positive("image_trace_tau_ms", options.trace_tau_ms);
  count("image_batch", options.batch, 1, Limits::most_batch);
  lambdas(options.lambdas);
}

TaskImages load_task_images(const ClassificationOptions& options) {
  TaskImages images{load_images(options.system, options.folder, ImagePart::train),
                    load_images(options.system, options.folder, ImagePart::test)};
  check_size("image_train + task.image_validation", options.train + options.validation, images.train, "training");
  check_size("image_test", options.test, images.test, "test");
  const ImageShape shape = images.train.shape;
  if (!(shape == images.test.shape))
    throw InputError(options.folder, "training images of " + size_of(shape) + " pixels and test images of " +
                                         size_of(images.test.shape) + ", must be the same");
  if (options.patch > std::min(shape.rows, shape.columns))
    task_check::refuse("image_patch", std::to_string(options.patch),
                       "at most the shorter side of its images, " + size_of(shape));
  return images;
}

}  // namespace sprig
