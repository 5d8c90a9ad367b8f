// What fuzz targets are made of. Each defines sprig::fuzz::read(): bytes go in, and all that may come out is an error
// of sprig's; another exception, a crash, a leak, more memory or more time than tests/fuzz/run.py allows is a finding.
#pragma once

#include <sys/mman.h>
#include <sys/time.h>
#include <unistd.h>
#include <zlib.h>

#include <algorithm>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sprig/core/error.hpp"
#include "sprig/core/input_limits.hpp"

namespace sprig::fuzz {

void read(std::string_view bytes);

// Aborts, which libFuzzer keeps as a finding, where an input takes more than five seconds of processor time.
// libFuzzer's own limit is of the clock on the wall, on which a busy machine takes any time for any input.
class ProcessorLimit {
 public:
  ProcessorLimit() {
    static const auto before = std::signal(SIGPROF, too_long);
    if (before == SIG_ERR) std::abort();
    arm(5);
  }
  ~ProcessorLimit() { arm(0); }
  ProcessorLimit(const ProcessorLimit&) = delete;
  ProcessorLimit& operator=(const ProcessorLimit&) = delete;

 private:
  static void too_long(int) {
    constexpr char kText[] = "the input takes more than 5 seconds of processor time\n";
    [[maybe_unused]] const ssize_t said = write(STDERR_FILENO, kText, sizeof kText - 1);
    std::abort();
  }
  static void arm(int seconds) {
    const itimerval timer{{0, 0}, {seconds, 0}};
    if (setitimer(ITIMER_PROF, &timer, nullptr) != 0) std::abort();
  }
};

// A network that is not too large to be built many times a second.
inline constexpr InputLimits kSmall{1u << 24, 2000, 20'000};

// A plain file in memory, under a path that seeds can name: /proc/self/fd/NUMBER.
class MemoryFile {
 public:
  explicit MemoryFile(int number) : number_(number), path_("/proc/self/fd/" + std::to_string(number)) {
    const int made = memfd_create("fuzz", 0);
    if (made < 0 || dup2(made, number) != number) std::abort();
    close(made);
  }
  const std::string& holding(std::string_view bytes) const {
    if (ftruncate(number_, 0) != 0 ||
        pwrite(number_, bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size()))
      std::abort();
    return path_;
  }

 private:
  int number_;
  std::string path_;
};

// A folder in memory that goes with the program.
class MemoryFolder {
 public:
  MemoryFolder() {
    std::string pattern = "/dev/shm/sprig-fuzz-XXXXXX";
    if (mkdtemp(pattern.data()) == nullptr) std::abort();
    path_ = pattern;
  }
  ~MemoryFolder() { std::filesystem::remove_all(path_); }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

// Bytes cut into parts: each but the last begins with its length, two bytes, little-endian.
inline std::string_view part(std::string_view& bytes) {
  if (bytes.size() < 2) return std::exchange(bytes, {});
  const auto byte = [&](std::size_t k) { return static_cast<unsigned char>(bytes[k]); };
  const std::size_t length = std::min<std::size_t>(byte(0) | byte(1) << 8, bytes.size() - 2);
  const std::string_view first = bytes.substr(2, length);
  bytes.remove_prefix(2 + length);
  return first;
}

// A zip of stored members with right checksums, so that what is fuzzed are the arrays: name and content are parts.
inline std::string zip_of(std::string_view bytes) {
  std::string file, directory;
  std::uint16_t members = 0;
  const auto put = [](std::string& to, std::uint64_t value, int size) {
    for (int k = 0; k < size; ++k) to += static_cast<char>(value >> 8 * k & 0xFF);
  };
  while (!bytes.empty() && members < 64) {
    const std::string_view name = part(bytes), content = part(bytes);
    std::string head;
    put(head, 20, 2), put(head, 0, 8);
    put(head, crc32_z(0, reinterpret_cast<const unsigned char*>(content.data()), content.size()), 4);
    put(head, content.size(), 4), put(head, content.size(), 4), put(head, name.size(), 2), put(head, 0, 2);
    put(directory, 0x02014b50, 4), put(directory, 20, 2);
    directory += head;
    put(directory, 0, 2), put(directory, 0, 2), put(directory, 0, 2), put(directory, 0, 4),
        put(directory, file.size(), 4);
    directory += name;
    put(file, 0x04034b50, 4);
    file += head;
    file += name;
    file += content;
    ++members;
  }
  const std::size_t at = file.size();
  file += directory;
  put(file, 0x06054b50, 4), put(file, 0, 4), put(file, members, 2), put(file, members, 2);
  put(file, directory.size(), 4), put(file, at, 4), put(file, 0, 2);
  return file;
}

}  // namespace sprig::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const sprig::fuzz::ProcessorLimit limit;
  try {
    sprig::fuzz::read({reinterpret_cast<const char*>(data), size});
  } catch (const sprig::Error& error) {  // refused, as it should be
    static const bool say = std::getenv("SPRIG_FUZZ_SAY") != nullptr;
    if (say) std::fprintf(stderr, "refused: %s\n", error.what());
  }
  return 0;
}
