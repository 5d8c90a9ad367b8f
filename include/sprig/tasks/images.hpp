// Labelled images of ten classes: MNIST, Fashion-MNIST, CIFAR-10, and digits that sprig draws itself.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sprig/formats/images.hpp"

namespace sprig {

// Is it the name of an image set ("mnist", "fashion_mnist", "cifar10", "glyphs") and not of a series?
bool is_image_set(const std::string& system);
inline constexpr const char* kGlyphs = "glyphs";  // the one without files

// One part of a set as it is published: MNIST's and Fashion-MNIST's four IDX files, plain or with .gz
// (http://yann.lecun.com/exdb/mnist has the format), or CIFAR-10's six binary batches (Krizhevsky 2009); "glyphs" has
// no files. Nothing is allocated that the bytes in the file do not fill. Errors: ConfigError (the
// keys); InputError naming the file that is missing, no image file, cut short, longer than it says, with labels
// above 9 or not as many as images.
struct ImageKeys {  // what errors call the two
  const char *system = "task.system", *folder = "task.folder";
};
ImageSet load_images(const std::string& system, const std::string& folder, ImagePart part, ImageKeys keys = {},
                     const InputLimits& limits = {});

// The files that it reads, whether they are there or not; none of "glyphs", nor of what is no image set.
std::vector<std::string> image_files(const std::string& system, const std::string& folder, ImagePart part);

}  // namespace sprig
