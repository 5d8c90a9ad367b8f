#include "sprig/formats/text_file.hpp"

#include <algorithm>
#include <vector>

#include "host/formats/disk_file.hpp"
#include "sprig/core/crc32c.hpp"

namespace sprig {

namespace {

constexpr std::uint64_t kTextBlock = 1u << 20;

}  // namespace

std::string read_text_file(const std::string& path, std::uint64_t most_bytes, const InputLimits& limits,
                           const std::string& hint) {
  const DiskFile file(path, limits.bytes);
  file.at_most(most_bytes, hint);
  std::string text(file.size(), '\0');
  file.read_at(0, text.data(), text.size());
  return text;
}

LineReader::LineReader(const std::string& path) : file_(std::make_unique<DiskFile>(path)) {}

LineReader::~LineReader() = default;

bool LineReader::next(std::string& line, bool& whole, std::size_t longest) {
  line.clear();
  whole = true;
  for (bool any = false;; any = true) {
    if (used_ == block_.size()) {
      block_.resize(std::min(kTextBlock, file_->size() - read_));
      file_->read_at(read_, block_.data(), block_.size());
      read_ += block_.size();
      used_ = 0;
    }
    if (block_.empty()) {
      whole = false;  // without a newline
      return any;
    }
    const std::size_t end = block_.find('\n', used_), stop = std::min(end, block_.size());
    const std::size_t fits = std::min(stop - used_, longest - line.size());
    line.append(block_, used_, fits);
    whole = whole && fits == stop - used_;
    used_ = std::min(stop + 1, block_.size());
    if (end != std::string::npos) return true;
  }
}

FileSum sum_of_file(const std::string& path) {
  const DiskFile file(path);
  FileSum sum{file.size(), 0};
  std::vector<char> block(std::min(kTextBlock, file.size()));
  for (std::uint64_t at = 0; at < file.size(); at += block.size()) {
    block.resize(std::min(kTextBlock, file.size() - at));
    file.read_at(at, block.data(), block.size());
    sum.crc32c = crc32c(block.data(), block.size(), sum.crc32c);
  }
  return sum;
}

}  // namespace sprig
