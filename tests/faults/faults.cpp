// Put between the program and the system in `sprig_faults`, which is sprig otherwise. The environment says what goes
// wrong:
//
//   SPRIG_FAULTS=CALL:K:ERROR[:forever]   the K-th (from 1) call of that kind, or each from there on, fails with ERROR,
//   a
//                                         name such as ENOSPC. CALL: open, write, sync, close, rename, make_folder,
//                                         remove, truncate, any
//   SPRIG_FAULTS=CALL:K:kill              the process is killed in the place of that call
//   SPRIG_FAULTS=new:K[:forever]          the K-th allocation from main() on throws std::bad_alloc
//   SPRIG_FAULTS=count:FILE               nothing; how often each was called is written to FILE at the end
//   SPRIG_FAULTS=journal:FILE             nothing; every call is written to FILE, with what it wrote
//   (tests/faults/disk.py)
#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <climits>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <new>
#include <string>

#include "host/app/memory_reserve.hpp"
#include "host/app/verbs.hpp"
#include "sprig/core/files.hpp"

namespace {

using sprig::files::Call;
using sprig::files::Event;

constexpr const char* kCalls[] = {"open", "write", "sync", "close", "rename", "make_folder", "remove", "truncate"};
constexpr int kKinds = 8, kAny = 8, kNew = 9;

struct Plan {
  int kind = -1;  // a Call, kAny or kNew
  std::uint64_t at = 0;
  int reason = 0;
  bool forever = false, kill = false;
  int journal = -1;
  char count_file[PATH_MAX] = "";
};
Plan plan;
std::atomic<std::uint64_t> calls[kKinds], all_calls, allocations;
std::mutex journal_mutex;

int error_named(const std::string& name) {
  for (int reason = 1; reason < 135; ++reason) {
    const char* const known = strerrorname_np(reason);
    if (known != nullptr && name == known) return reason;
  }
  return 0;
}

// The path behind a descriptor, as long as it is open.
std::string path_of(int descriptor) {
  char path[PATH_MAX];
  const ssize_t n = ::readlink(("/proc/self/fd/" + std::to_string(descriptor)).c_str(), path, sizeof path);
  return n > 0 ? std::string(path, static_cast<std::size_t>(n)) : "";
}

std::string absolute(const char* path) {
  if (path[0] == '/' || path[0] == '\0') return path;
  char here[PATH_MAX];
  return ::getcwd(here, sizeof here) == nullptr ? path : std::string(here) + "/" + path;
}

// A line "call|path|to|position|size" and then the bytes that are written.
void note(const Event& event) {
  const std::string path = event.descriptor >= 0 ? path_of(event.descriptor) : absolute(event.path);
  std::uint64_t position = event.position;
  if (event.call == Call::write && position == ~0ull)
    position = static_cast<std::uint64_t>(::lseek(event.descriptor, 0, SEEK_CUR));
  const std::string line = std::string(kCalls[static_cast<int>(event.call)]) + "|" + path + "|" + absolute(event.to) +
                           "|" + std::to_string(position) + "|" + std::to_string(event.size) + "\n";
  const std::lock_guard lock(journal_mutex);
  (void)!::write(plan.journal, line.data(), line.size());
  if (event.call == Call::write) (void)!::write(plan.journal, event.data, event.size);
}

bool is_now(std::uint64_t number) { return plan.forever ? number >= plan.at : number == plan.at; }

int watch(const Event& event) {
  const std::uint64_t of_kind = ++calls[static_cast<int>(event.call)], of_all = ++all_calls;
  if (plan.journal >= 0) note(event);
  const bool mine = plan.kind == static_cast<int>(event.call) ? is_now(of_kind) : plan.kind == kAny && is_now(of_all);
  if (!mine) return 0;
  if (plan.kill) ::raise(SIGKILL);
  return plan.reason;
}

void write_counts() {
  std::FILE* const file = std::fopen(plan.count_file, "w");
  if (file == nullptr) return;
  for (int kind = 0; kind < kKinds; ++kind)
    std::fprintf(file, "%s %llu\n", kCalls[kind], static_cast<unsigned long long>(calls[kind].load()));
  std::fprintf(file, "any %llu\nnew %llu\n", static_cast<unsigned long long>(all_calls.load()),
               static_cast<unsigned long long>(allocations.load()));
  std::fclose(file);
}

void install() {
  const char* const text = std::getenv("SPRIG_FAULTS");
  if (text == nullptr) return;
  std::string parts[4];
  std::size_t part = 0;
  for (const char* c = text; *c != '\0'; ++c)
    if (*c == ':' && part < 3)
      ++part;
    else
      parts[part] += *c;
  if (parts[0] == "count") {
    std::snprintf(plan.count_file, sizeof plan.count_file, "%s", parts[1].c_str());
  } else if (parts[0] == "journal") {
    plan.journal = ::open(parts[1].c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  } else {
    for (int kind = 0; kind < kKinds; ++kind)
      if (parts[0] == kCalls[kind]) plan.kind = kind;
    if (parts[0] == "any") plan.kind = kAny;
    if (parts[0] == "new") plan.kind = kNew;
    plan.at = std::strtoull(parts[1].c_str(), nullptr, 10);
    plan.kill = parts[2] == "kill";
    plan.reason = error_named(parts[2]);
    plan.forever = parts[3] == "forever" || parts[2] == "forever";
    if (plan.kind < 0 || plan.at == 0 || (plan.kind != kNew && plan.reason == 0 && !plan.kill)) {
      std::fprintf(stderr, "SPRIG_FAULTS=%s cannot be understood\n", text);
      std::_Exit(99);
    }
  }
  sprig::files::set_watch(watch);
}

std::atomic<bool> armed{false};             // main() has begun
std::atomic<std::size_t> after_the_end{0};  // bytes given out after memory ran out for good

// Whether memory is at its end: for one allocation, or for good but for what the program gives back then.
bool at_the_end(std::size_t size) {
  if (!armed.load(std::memory_order_relaxed)) return false;
  const std::uint64_t number = ++allocations;
  if (plan.kind != kNew || !is_now(number)) return false;
  return number == plan.at || (after_the_end += size) > sprig::app::kMemoryReserve;
}

void* allocate(std::size_t size, std::size_t alignment) {
  if (at_the_end(size)) return nullptr;
  if (size == 0) size = 1;
  if (alignment <= __STDCPP_DEFAULT_NEW_ALIGNMENT__) return std::malloc(size);
  return std::aligned_alloc(alignment, (size + alignment - 1) / alignment * alignment);
}

void* allocate_or_throw(std::size_t size, std::size_t alignment) {
  if (void* const memory = allocate(size, alignment)) return memory;
  if (const std::new_handler handler = std::get_new_handler()) handler();  // sprig's throws
  throw std::bad_alloc();
}

}  // namespace

void* operator new(std::size_t size) { return allocate_or_throw(size, 1); }
void* operator new[](std::size_t size) { return allocate_or_throw(size, 1); }
void* operator new(std::size_t size, const std::nothrow_t&) noexcept { return allocate(size, 1); }
void* operator new[](std::size_t size, const std::nothrow_t&) noexcept { return allocate(size, 1); }
void* operator new(std::size_t size, std::align_val_t a) {
  return allocate_or_throw(size, static_cast<std::size_t>(a));
}
void* operator new[](std::size_t size, std::align_val_t a) {
  return allocate_or_throw(size, static_cast<std::size_t>(a));
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete[](void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete(void* memory, std::align_val_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::align_val_t) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::size_t, std::align_val_t) noexcept { std::free(memory); }

int main(int argc, char** argv) {
  install();
  allocations = 0;
  armed = true;
  const int code = sprig::app::run_command_line(argc, argv);
  armed = false;
  if (plan.count_file[0] != '\0') write_counts();
  return code;
}
