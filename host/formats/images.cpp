// Reading IDX files and CIFAR-10's batches.
#include "sprig/formats/images.hpp"

#include <string>
#include <utility>
#include <vector>

#include "host/formats/byte_file.hpp"
#include "sprig/core/error.hpp"

namespace sprig {

namespace {

constexpr std::uint32_t kImagesMagic = 0x803, kLabelsMagic = 0x801;  // unsigned bytes in 3 dimensions, in 1
constexpr std::uint64_t kMostBytes = 1ull << 30;                     // of a file's content
constexpr ImageShape kCifarShape{3, 32, 32};
constexpr std::uint64_t kCifarRecord = 1 + 3 * 32 * 32;  // a label and the pixels

std::string product(const std::vector<std::uint32_t>& sizes) {
  std::string text;
  for (const std::uint32_t size : sizes) text += (text.empty() ? "" : " x ") + std::to_string(size);
  return text;
}

struct Idx {
  std::vector<std::uint32_t> sizes;
  std::vector<std::uint8_t> data;
};

Idx read_idx_file(const std::string& path, std::uint32_t magic, std::size_t dimensions, const InputLimits& limits) {
  ByteFile file(path, limits);
  const std::vector<std::uint8_t> header = file.read(4 * (dimensions + 1));
  if (header.size() < 4 * (dimensions + 1))
    throw InputError(path, "has " + std::to_string(header.size()) + " bytes, fewer than the header of an IDX file");
  const auto word = [&](std::size_t k) {
    return std::uint32_t{header[4 * k]} << 24 | std::uint32_t{header[4 * k + 1]} << 16 |
           std::uint32_t{header[4 * k + 2]} << 8 | std::uint32_t{header[4 * k + 3]};
  };
  if (word(0) != magic)
    throw InputError(path, "begins with the number " + std::to_string(word(0)) + ", must be " + std::to_string(magic) +
                               (magic == kImagesMagic ? ": IDX images" : ": IDX labels"));
  Idx idx;
  std::uint64_t bytes = 1;
  bool too_large = false;
  for (std::size_t k = 1; k <= dimensions; ++k) {
    idx.sizes.push_back(word(k));
    bytes *= word(k);
    too_large |= bytes > kMostBytes;
    if (too_large) bytes = kMostBytes + 1;  // stays so, unless a size is 0
  }
  const std::string says = "the header says " + product(idx.sizes) + " bytes";
  if (bytes == 0) throw InputError(path, says + ", must be at least one image");
  if (too_large) throw InputError(path, says + ", must be at most " + std::to_string(kMostBytes));
  file.expect(4 * (dimensions + 1) + bytes);
  idx.data = file.read(bytes + 1);
  if (idx.data.size() < bytes)
    throw InputError(path, "is cut short: " + says + ", there are " + std::to_string(idx.data.size()));
  if (idx.data.size() > bytes) throw InputError(path, says + ", there are more");
  return idx;
}

void check_label(const std::string& path, std::uint8_t label, std::size_t image) {
  if (label >= kImageClasses)
    throw InputError(path,
                     "label " + std::to_string(label) + " of image " + std::to_string(image) + ", must be from 0 to 9");
}

}  // namespace

ImageSet read_idx(const std::string& images_path, const std::string& labels_path, const InputLimits& limits) {
  Idx images = read_idx_file(images_path, kImagesMagic, 3, limits),
      labels = read_idx_file(labels_path, kLabelsMagic, 1, limits);
  if (images.sizes[0] != labels.sizes[0])
    throw InputError(labels_path, std::to_string(labels.sizes[0]) + " labels of " + std::to_string(images.sizes[0]) +
                                      " images in " + images_path + ", must be as many");
  for (std::size_t i = 0; i < labels.data.size(); ++i) check_label(labels_path, labels.data[i], i);
  return {{1, images.sizes[1], images.sizes[2]}, std::move(images.data), std::move(labels.data)};
}

ImageSet read_cifar(const std::vector<std::string>& batches, const InputLimits& limits) {
  constexpr std::uint64_t kPiece = 100;  // records
  ImageSet set;
  set.shape = kCifarShape;
  for (const std::string& path : batches) {
    ByteFile file(path, limits);
    std::uint64_t bytes = 0;
    for (std::size_t image = 0;;) {
      const std::vector<std::uint8_t> records = file.read(kPiece * kCifarRecord);
      bytes += records.size();
      for (std::size_t at = 0; at + kCifarRecord <= records.size(); at += kCifarRecord, ++image) {
        check_label(path, records[at], image);
        set.labels.push_back(records[at]);
        const auto begin = records.begin() + static_cast<std::ptrdiff_t>(at);
        set.data.insert(set.data.end(), begin + 1, begin + static_cast<std::ptrdiff_t>(kCifarRecord));
      }
      if (records.size() < kPiece * kCifarRecord || bytes > kMostBytes) break;
    }
    if (bytes == 0 || bytes % kCifarRecord != 0 || bytes > kMostBytes)
      throw InputError(path, "has " + std::to_string(bytes) + " bytes, must be records of " +
                                 std::to_string(kCifarRecord) + " (a label and 3 x 32 x 32 pixels)");
  }
  return set;
}

}  // namespace sprig
