// Contexts of execution that hand over to one another, on one thread of the host.
#pragma once

#include <cstddef>
#include <deque>

namespace sprig::emulated {

// Where a fiber, or the thread that began, stands while another runs.
struct Context {
  void* stack_pointer = nullptr;
  void* bottom = nullptr;  // of its stack; AddressSanitizer wants it
  std::size_t size = 0;
  void* fake_stack = nullptr;  // AddressSanitizer's
  void* tsan_fiber = nullptr;  // ThreadSanitizer's
};

// From the running context to another; returns when something switches back.
void switch_context(Context& from, Context& to);

// The first thing on a new stack.
void begin_context();

// Stacks for fibers, each with its context. A fiber is used again and again: it never ends. Under ThreadSanitizer it is
// a thread of its own.
class Stacks {
 public:
  using Entry = void (*)();
  explicit Stacks(Entry entry) : entry_(entry) {}
  Stacks(const Stacks&) = delete;
  Stacks& operator=(const Stacks&) = delete;
  ~Stacks();
  // Fiber k. When it is first switched to, it begins with `entry`, which never returns.
  Context& at(std::size_t k);
  // All fibers are to begin anew: they were dropped where they stood.
  void drop();
  // Whether one of the first `count` has.
  bool overflowed(std::size_t count) const;

 private:
  Entry entry_;
  std::byte* memory_ = nullptr;
  std::deque<Context> contexts_;
};

// Of the running thread of the host.
Context host_context();

}  // namespace sprig::emulated
