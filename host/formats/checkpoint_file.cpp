#include "sprig/formats/checkpoint_file.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <cstring>

#include "host/formats/disk_file.hpp"
#include "sprig/core/crc32c.hpp"
#include "sprig/core/error.hpp"
#include "sprig/core/files.hpp"
#include "sprig/core/hd.hpp"
#include "sprig/core/version.hpp"
#include "sprig/formats/atomic_file.hpp"

namespace sprig {

namespace {

constexpr std::size_t kBlock = 1u << 20;

struct Header {
  std::array<char, 8> magic{'S', 'P', 'R', 'I', 'G', 'C', 'K', 'P'};
  std::uint32_t version = kCheckpointVersion;
  std::uint32_t byte_order = 0x01020304;
  std::uint64_t key = 0;
  std::uint32_t real_bytes = sizeof(real);
  std::array<char, 32> program{};  // "0.2.0 abc123", for messages
  std::uint32_t sum = 0;           // of all before

  std::uint32_t expected_sum() const { return crc32c(this, offsetof(Header, sum)); }
};
static_assert(std::has_unique_object_representations_v<Header>);

// Before each block of the state: its sum goes on from that of the block before, so that none can be left out.
struct BlockHead {
  std::uint32_t size = 0;  // 0: the end, and the sum is that of the last block
  std::uint32_t sum = 0;
};
constexpr std::array<char, 8> kTrailer{'S', 'P', 'R', 'I', 'G', 'E', 'N', 'D'};

Header header_of(CheckpointKey key) {
  Header header;
  header.key = key.hash;
  const std::string program = std::string(version().version) + " " + version().git_revision;
  std::copy_n(program.begin(), std::min(program.size(), header.program.size()), header.program.begin());
  header.sum = header.expected_sum();
  return header;
}

// The state of a file, block by block.
class Blocks {
 public:
  // Errors: InputError, as read_checkpoint() has them, but for the state itself.
  Blocks(const std::string& path, CheckpointKey key) : path_(path), file_(path), size_(file_.size()) {
    Header header;
    if (size_ < sizeof header) refuse("is cut short");
    take(&header, sizeof header);
    if (header.magic != Header{}.magic) refuse("is no checkpoint");
    if (header.byte_order != Header{}.byte_order) refuse("was written on a machine of another byte order");
    if (header.version != kCheckpointVersion)
      refuse("has format version " + std::to_string(header.version) + "; this sprig reads version " +
             std::to_string(kCheckpointVersion));
    if (header.sum != header.expected_sum()) refuse("is damaged: its header fails its checksum");
    if (header.real_bytes != sizeof(real)) refuse("is of a build with another precision");
    if (header.key != key.hash) refuse("is of another configuration, or of other input");
    sum_ = header.sum;
  }

  // The next one, empty at the end. Errors: InputError where it is damaged.
  const std::vector<char>& next() {
    const std::uint64_t at = at_;
    BlockHead head;
    take(&head, sizeof head);
    if (head.size > kBlock) refuse("is damaged at byte " + std::to_string(at));
    block_.resize(head.size);
    take(block_.data(), head.size);
    if (head.size > 0) sum_ = crc32c(block_.data(), block_.size(), sum_);
    if (head.sum != sum_) refuse("is damaged between bytes " + std::to_string(at) + " and " + std::to_string(at_));
    if (head.size > 0) return block_;
    std::array<char, 8> trailer{};
    take(trailer.data(), trailer.size());
    if (trailer != kTrailer || at_ != size_) refuse("is damaged at its end");
    return block_;
  }
  std::uint64_t size() const { return size_; }

 private:
  [[noreturn]] void refuse(const std::string& what) const { throw InputError(path_, what); }
  void take(void* to, std::size_t bytes) {
    if (bytes > size_ - at_) refuse("is cut short at byte " + std::to_string(size_));
    file_.read_at(at_, to, bytes);
    at_ += bytes;
  }

  std::string path_;
  DiskFile file_;
  std::uint64_t size_, at_ = 0;
  std::uint32_t sum_ = 0;
  std::vector<char> block_;
};

// How many bytes its state has. Errors: InputError where it is not whole.
std::uint64_t whole_state(const std::string& path, CheckpointKey key) {
  Blocks blocks(path, key);
  std::uint64_t bytes = 0;
  for (std::size_t size; (size = blocks.next().size()) > 0;) bytes += size;
  return bytes;
}

// A link that leads nowhere is there too, and will be refused.
bool is_there(const std::string& path) {
  struct stat status {};
  return ::lstat(path.c_str(), &status) == 0;
}

std::string previous(const std::string& path) { return path + ".previous"; }

}  // namespace

void write_checkpoint(const std::string& path, CheckpointKey key, const std::function<void(Writer&)>& write) {
  AtomicFile file(path);
  const Header header = header_of(key);
  file.write(&header, sizeof header);
  std::uint32_t sum = header.sum;
  std::vector<char> block;
  block.reserve(kBlock);
  const auto end_block = [&] {
    sum = crc32c(block.data(), block.size(), sum);
    const BlockHead head{static_cast<std::uint32_t>(block.size()), sum};
    file.write(&head, sizeof head);
    file.write(block.data(), block.size());
    block.clear();
  };
  Writer writer([&](const void* data, std::size_t size) {
    for (const auto* from = static_cast<const char*>(data); size > 0;) {
      const std::size_t part = std::min(size, kBlock - block.size());
      block.insert(block.end(), from, from + part);
      from += part, size -= part;
      if (block.size() == kBlock) end_block();
    }
  });
  write(writer);
  if (!block.empty()) end_block();
  const BlockHead end{0, sum};
  file.write(&end, sizeof end);
  file.write(kTrailer.data(), kTrailer.size());
  file.sync();
  if (is_there(path)) files::rename_file(path, previous(path));
  file.commit();
}

CheckpointFound find_checkpoint(const std::string& path, CheckpointKey key) {
  CheckpointFound found;
  for (const std::string& file : {path, previous(path)}) {
    if (!is_there(file)) continue;
    try {
      found.bytes = whole_state(file, key);
      found.path = file;
      break;
    } catch (const InputError& error) {
      found.refused.emplace_back(error.what());
    }
  }
  return found;
}

void read_checkpoint(const std::string& path, CheckpointKey key, const std::function<void(Reader&)>& read) {
  read_checkpoint(CheckpointFound{path, whole_state(path, key), {}}, key, read);
}

// Nothing is believed of a file that is not whole.
void read_checkpoint(const CheckpointFound& found, CheckpointKey key, const std::function<void(Reader&)>& read) {
  const std::string& path = found.path;
  Blocks blocks(path, key);
  const std::vector<char>* block = nullptr;
  std::size_t used = 0;
  Reader reader(
      path,
      [&](void* to, std::size_t size) {
        for (auto* at = static_cast<char*>(to); size > 0;) {
          if (block == nullptr || used == block->size()) block = &blocks.next(), used = 0;
          if (block->empty()) throw InputError(path, "is cut short");
          const std::size_t part = std::min(size, block->size() - used);
          std::memcpy(at, block->data() + used, part);
          at += part, used += part, size -= part;
        }
      },
      found.bytes);
  read(reader);
  reader.finish();
}

void remove_checkpoint(const std::string& path) {
  files::remove(previous(path));  // first: it is no state to go on from when the newer one is gone
  files::remove(path);
}

}  // namespace sprig
