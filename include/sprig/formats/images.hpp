// Sets of labelled images in the formats of MNIST (IDX) and of CIFAR-10.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sprig/core/input_limits.hpp"
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

// IDX files of images and of their labels, plain or gzipped (http://yann.lecun.com/exdb/mnist has the format). Nothing
// is allocated that the bytes in the file do not fill; a gzipped file may unpack to 32 times its size, or to 16 MiB.
// Errors: InputError naming the file that is missing, no image file, cut short, longer than it says, with labels above
// 9 or not as many as images.
ImageSet read_idx(const std::string& images, const std::string& labels, const InputLimits& limits = {});

// Binary batches of CIFAR-10 (Krizhevsky 2009), one after the other. Errors: InputError likewise.
ImageSet read_cifar(const std::vector<std::string>& batches, const InputLimits& limits = {});

}  // namespace sprig
