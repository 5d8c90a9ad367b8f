// The memory of one emulated device, and pinned memory of the host.
//
// A device has a range of addresses of its own, most of it a file without content: whatever lies there, an access ends
// with a signal. An allocation is mapped into it with such guard pages on both sides, as close to the one behind it as
// its alignment of 256 bytes allows, and full of poison. The whole range can be read and written only while the device
// works (open(), Window). Freed memory becomes guard pages again, and its addresses are used again as late as possible.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>

namespace sprig::emulated {

// What memory holds that nobody wrote: as a float not a number, as an index far out of range.
inline constexpr std::uint32_t kPoison = 0xFFBADBADu;

struct Allocation {
  std::size_t bytes = 0;
  std::uint64_t number = 0;  // counted from 1
  bool freed = false;
};

class Memory {
 public:
  // at_work: reachable only when opened, and at most `limit` bytes in all.
  Memory(bool at_work, std::uint64_t limit);
  Memory(const Memory&) = delete;
  Memory& operator=(const Memory&) = delete;
  ~Memory();

  void* allocate(std::size_t bytes);  // null: no room
  bool release(void* memory);         // false: never allocated, or freed before
  // Whether [address, address + bytes) lies in one living allocation.
  bool holds(const void* address, std::size_t bytes) const;
  bool has_address(const void* address) const;
  std::string describe(const void* address) const;  // where an address of the range lies
  std::uint64_t limit() const { return limit_; }
  std::uint64_t used() const { return used_; }
  std::string damage() const { return damage_; }  // writes beside an allocation, found when it was freed

  // The memory can be reached, until close().
  void open();
  void close();
  // While one lives, the pages of [address, address + bytes) can be reached.
  class Window {
   public:
    Window(Memory& memory, const void* address, std::size_t bytes);
    Window(const Window&) = delete;
    Window& operator=(const Window&) = delete;
    ~Window();

   private:
    Memory& memory_;
    std::byte* begin_ = nullptr;  // null: all is open
    std::size_t bytes_ = 0;
  };

 private:
  std::byte* room_for(std::size_t bytes);
  std::map<std::uintptr_t, Allocation>::const_iterator at_or_before(const void* address) const;

  bool at_work_;
  std::uint64_t limit_, used_ = 0, allocations_ = 0;
  bool open_;
  int nothing_ = -1;                                                                // the file without content
  std::byte *begin_ = nullptr, *next_ = nullptr, *end_ = nullptr, *top_ = nullptr;  // top: of what was ever used
  std::map<std::uintptr_t, Allocation> allocations_at_;  // living ones, and freed ones until their addresses are needed
  std::string damage_;
};

}  // namespace sprig::emulated
