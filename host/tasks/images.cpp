// Which files an image set has.
#include "sprig/tasks/images.hpp"

#include <filesystem>

#include "host/tasks/glyphs.hpp"
#include "sprig/core/refuse.hpp"

namespace sprig {

namespace {

constexpr const char *kMnist = "mnist", *kFashionMnist = "fashion_mnist", *kCifar10 = "cifar10";

std::string plain_or_compressed(const std::string& folder, const char* name) {
  const std::string path = (std::filesystem::path(folder) / name).string();
  std::error_code error;
  if (!std::filesystem::exists(path, error) && std::filesystem::exists(path + ".gz", error)) return path + ".gz";
  return path;
}

}  // namespace

bool is_image_set(const std::string& system) {
  return system == kMnist || system == kFashionMnist || system == kCifar10 || system == kGlyphs;
}

ImageSet load_images(const std::string& system, const std::string& folder, ImagePart part, ImageKeys keys,
                     const InputLimits& limits) {
  if (!is_image_set(system))
    refuse(keys.system, shown(system), std::string(kMnist) + ", " + kFashionMnist + ", " + kCifar10 + ", " + kGlyphs);
  if (system == kGlyphs) return glyphs(part);
  std::error_code error;
  if (!std::filesystem::is_directory(folder, error))
    refuse(keys.folder, shown(folder) + ", which is no folder",
           "the one with the files that " + std::string(keys.system) + " = " + shown(system) + " needs");
  const bool train = part == ImagePart::train;
  if (system == kCifar10) {
    std::vector<std::string> batches;
    if (!train) batches.push_back(plain_or_compressed(folder, "test_batch.bin"));
    for (int k = 1; train && k <= 5; ++k)
      batches.push_back(plain_or_compressed(folder, ("data_batch_" + std::to_string(k) + ".bin").c_str()));
    return read_cifar(batches, limits);
  }
  return read_idx(plain_or_compressed(folder, train ? "train-images-idx3-ubyte" : "t10k-images-idx3-ubyte"),
                  plain_or_compressed(folder, train ? "train-labels-idx1-ubyte" : "t10k-labels-idx1-ubyte"), limits);
}

}  // namespace sprig
