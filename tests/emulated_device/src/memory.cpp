#include "tests/emulated_device/src/memory.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <stdexcept>

#include "tests/emulated_device/src/sanitizers.hpp"

namespace sprig::emulated {

namespace {

constexpr std::size_t kPage = 4096, kAlignment = 256;
constexpr std::size_t kRange = kThreadSanitizer ? std::size_t{160} << 30 : std::size_t{768} << 30;
constexpr std::size_t kPoisonBytes = std::size_t{16} << 20;

std::size_t rounded(std::size_t bytes, std::size_t to) { return (bytes + to - 1) / to * to; }

int memory_file(const char* name, std::size_t bytes) {
  const int file = memfd_create(name, MFD_CLOEXEC);
  if (file < 0 || ftruncate(file, static_cast<off_t>(bytes)) != 0)
    throw std::runtime_error("emulated device: no memory file");
  return file;
}

void* map(void* at, std::size_t bytes, int protection, int flags, int file, std::ptrdiff_t offset = 0) {
  void* memory = mmap(at, bytes, protection, flags, file, offset);
  if (memory == MAP_FAILED) throw std::runtime_error("emulated device: no address space");
  return memory;
}

// A file of poison: mapped privately, it is copied page by page where it is written to.
int poison_file() {
  static const int file = [] {
    const int made = memory_file("poison", kPoisonBytes);
    void* memory = map(nullptr, kPoisonBytes, PROT_READ | PROT_WRITE, MAP_SHARED, made);
    std::fill_n(static_cast<std::uint32_t*>(memory), kPoisonBytes / sizeof kPoison, kPoison);
    munmap(memory, kPoisonBytes);
    return made;
  }();
  return file;
}

struct Layout {
  explicit Layout(std::size_t bytes)
      : used(rounded(std::max<std::size_t>(bytes, 1), kAlignment)), mapped(rounded(used, kPage)) {}
  std::size_t used;    // up to the guard behind it
  std::size_t mapped;  // whole pages
};

bool is_poison(const std::byte* begin, const std::byte* end) {
  for (const std::byte* p = begin; p < end; ++p) {
    const auto shift = 8 * (reinterpret_cast<std::uintptr_t>(p) % sizeof kPoison);
    if (*p != static_cast<std::byte>(kPoison >> shift)) return false;
  }
  return true;
}

}  // namespace

Memory::Memory(bool at_work, std::uint64_t limit)
    : at_work_(at_work), limit_(limit), open_(!at_work), nothing_(memory_file("guard", 0)) {
  begin_ = static_cast<std::byte*>(map(nullptr, kRange, PROT_NONE, MAP_SHARED | MAP_NORESERVE, nothing_));
  next_ = top_ = begin_ + kPage;
  end_ = begin_ + kRange;
}

Memory::~Memory() {
  munmap(begin_, kRange);
  ::close(nothing_);
}

Memory::Window::Window(Memory& memory, const void* address, std::size_t bytes) : memory_(memory) {
  if (memory.open_ || bytes == 0) return;
  const std::size_t before = reinterpret_cast<std::uintptr_t>(address) % kPage;
  begin_ = static_cast<std::byte*>(const_cast<void*>(address)) - before;
  bytes_ = rounded(before + bytes, kPage);
  mprotect(begin_, bytes_, PROT_READ | PROT_WRITE);
}

Memory::Window::~Window() {
  if (begin_ != nullptr && !memory_.open_) mprotect(begin_, bytes_, PROT_NONE);
}

void Memory::open() {
  if (open_) return;
  mprotect(begin_, static_cast<std::size_t>(top_ - begin_), PROT_READ | PROT_WRITE);
  open_ = true;
}

void Memory::close() {
  if (!open_ || !at_work_) return;
  mprotect(begin_, static_cast<std::size_t>(top_ - begin_), PROT_NONE);
  open_ = false;
}

// `bytes` of whole pages and a guard page; the range is gone through from its beginning again when its end is reached.
std::byte* Memory::room_for(std::size_t bytes) {
  if (bytes + 2 * kPage > kRange) return nullptr;
  for (int turn = 0; turn < 2; ++turn) {
    std::byte* place = next_;
    for (auto after = allocations_at_.upper_bound(reinterpret_cast<std::uintptr_t>(place));; ++after) {
      while (after != allocations_at_.end() && after->second.freed) ++after;
      const auto limit = after == allocations_at_.end() ? reinterpret_cast<std::uintptr_t>(end_)
                                                        : after->first / kPage * kPage - kPage;
      if (reinterpret_cast<std::uintptr_t>(place) + bytes + kPage <= limit) {
        const auto from = reinterpret_cast<std::uintptr_t>(place);
        for (auto old = allocations_at_.lower_bound(from); old != allocations_at_.end() && old->first < from + bytes;)
          old = old->second.freed ? allocations_at_.erase(old) : std::next(old);
        return place;
      }
      if (after == allocations_at_.end()) break;
      place = reinterpret_cast<std::byte*>(after->first / kPage * kPage + Layout(after->second.bytes).mapped + kPage);
    }
    next_ = begin_ + kPage;
  }
  return nullptr;
}

void* Memory::allocate(std::size_t bytes) {
  const Layout layout(bytes);
  if (bytes > limit_ || layout.mapped > limit_ - std::min(used_, limit_)) return nullptr;
  std::byte* place = room_for(layout.mapped);
  if (place == nullptr) return nullptr;
  for (std::size_t done = 0; done < layout.mapped; done += kPoisonBytes)
    map(place + done, std::min(kPoisonBytes, layout.mapped - done), open_ ? PROT_READ | PROT_WRITE : PROT_NONE,
        MAP_PRIVATE | MAP_FIXED | MAP_NORESERVE, poison_file());
  next_ = place + layout.mapped + kPage;
  top_ = std::max(top_, next_);
  used_ += layout.mapped;
  std::byte* memory = place + layout.mapped - layout.used;
  allocations_at_[reinterpret_cast<std::uintptr_t>(memory)] = {bytes, ++allocations_, false};
  unpoison(place, layout.mapped);
  poison(place, static_cast<std::size_t>(memory - place));
  poison(memory + bytes, layout.used - bytes);
  return memory;
}

bool Memory::release(void* memory) {
  const auto found = allocations_at_.find(reinterpret_cast<std::uintptr_t>(memory));
  if (found == allocations_at_.end() || found->second.freed) return false;
  const Layout layout(found->second.bytes);
  auto* begin = static_cast<std::byte*>(memory);
  std::byte* place = begin + layout.used - layout.mapped;
  unpoison(place, layout.mapped);
  {
    const Window window(*this, place, layout.mapped);
    if (!is_poison(place, begin) || !is_poison(begin + found->second.bytes, begin + layout.used))
      damage_ = "memory beside " + describe(memory) + " was written to";
  }
  // At the offset of its place, or the kernel could not join what is empty.
  map(place, layout.mapped, open_ ? PROT_READ | PROT_WRITE : PROT_NONE, MAP_SHARED | MAP_FIXED | MAP_NORESERVE,
      nothing_, place - begin_);
  used_ -= layout.mapped;
  found->second.freed = true;
  return true;
}

std::map<std::uintptr_t, Allocation>::const_iterator Memory::at_or_before(const void* address) const {
  const auto after = allocations_at_.upper_bound(reinterpret_cast<std::uintptr_t>(address));
  return after == allocations_at_.begin() ? allocations_at_.end() : std::prev(after);
}

bool Memory::holds(const void* address, std::size_t bytes) const {
  const auto found = at_or_before(address);
  if (found == allocations_at_.end() || found->second.freed) return false;
  const std::size_t offset = reinterpret_cast<std::uintptr_t>(address) - found->first;
  return offset <= found->second.bytes && bytes <= found->second.bytes - offset;
}

bool Memory::has_address(const void* address) const { return address >= begin_ && address < end_; }

std::string Memory::describe(const void* address) const {
  const auto found = at_or_before(address);
  if (found == allocations_at_.end()) return "address before every allocation";
  const Allocation& a = found->second;
  const std::size_t offset = reinterpret_cast<std::uintptr_t>(address) - found->first;
  std::string text = a.freed ? "freed allocation " : "allocation ";
  text += std::to_string(a.number) + " of " + std::to_string(a.bytes) + " bytes";
  if (offset >= a.bytes) return std::to_string(offset - a.bytes) + " bytes behind " + text;
  return "byte " + std::to_string(offset) + " of " + text;
}

}  // namespace sprig::emulated
