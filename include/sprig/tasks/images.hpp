// Labelled images of ten classes: MNIST, Fashion-MNIST, CIFAR-10, and digits that sprig draws itself.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sprig/core/view.hpp"

namespace sprig {

inline constexpr std::uint32_t kImageClasses = 10;

// Pixels are numbered [plane][row][column].
struct ImageShape {
  std::uint32_t planes = 0, rows = 0, columns = 0;  // planes: CIFAR-10's red, green and blue

  std::uint32_t pixels() const { return planes * rows * columns; }
  bool operator==(const ImageShape&) const = default;
};

struct ImageSet {
  ImageShape shape;
  std::vector<std::uint8_t> data;    // [image][pixel]
  std::vector<std::uint8_t> labels;  // 0..9

  std::uint64_t size() const { return labels.size(); }
  View<const std::uint8_t> image(std::uint64_t i) const { return {data.data() + i * shape.pixels(), shape.pixels()}; }
};

enum class ImagePart { train, test };

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
ImageSet load_images(const std::string& system, const std::string& folder, ImagePart part, ImageKeys keys = {});

// The two formats, for other sets of the same kind.
ImageSet read_idx(const std::string& images, const std::string& labels);
ImageSet read_cifar(const std::vector<std::string>& batches);

}  // namespace sprig
