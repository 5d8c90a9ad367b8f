// Which files an image set has.
#include "sprig/tasks/images.hpp"

#include <filesystem>

#include "host/tasks/glyphs.hpp"
#include "sprig/core/refuse.hpp"

namespace sprig {

namespace {

constexpr const char *kMnist = "mnist", *kFashionMnist = "fashion_mnist", *kCifar10 = "cifar10";

std::string plain_or_compressed(const std::string& folder, const std::string& name) {
  const std::string path = (std::filesystem::path(folder) / name).string();
  std::error_code error;
  if (!std::filesystem::exists(path, error) && std::filesystem::exists(path + ".gz", error)) return path + ".gz";
  return path;
}

}  // namespace

bool is_image_set(const std::string& system) {
  return system == kMnist || system == kFashionMnist || system == kCifar10 || system == kGlyphs;
}

std::vector<std::string> image_files(const std::string& system, const std::string& folder, ImagePart part) {
  std::vector<std::string> names;
  const bool train = part == ImagePart::train;
  if (system == kCifar10 && train)
    for (int k = 1; k <= 5; ++k) names.push_back("data_batch_" + std::to_string(k) + ".bin");
  else if (system == kCifar10)
    names = {"test_batch.bin"};
  else if (system == kMnist || system == kFashionMnist)
    names = {train ? "train-images-idx3-ubyte" : "t10k-images-idx3-ubyte",
             train ? "train-labels-idx1-ubyte" : "t10k-labels-idx1-ubyte"};
  for (std::string& name : names) name = plain_or_compressed(folder, name);
  return names;
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
  const std::vector<std::string> files = image_files(system, folder, part);
  return system == kCifar10 ? read_cifar(files, limits) : read_idx(files.at(0), files.at(1), limits);
}

}  // namespace sprig
