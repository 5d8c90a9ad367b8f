#include "tests/emulated_device/src/fiber.hpp"

#include <pthread.h>
#include <sys/mman.h>

#include <cstdint>
#include <cstdlib>
#include <new>
#include <stdexcept>

#include "tests/emulated_device/src/sanitizers.hpp"

#if !defined(__x86_64__)
#error "the emulated device switches contexts on x86-64 only"
#endif

// Saves what a called function must keep and the stack pointer, and takes up the other context's.
extern "C" void sprig_switch_context(void** from, void* to);
asm(R"(
.text
.type sprig_switch_context, @function
sprig_switch_context:
  pushq %rbp
  pushq %rbx
  pushq %r12
  pushq %r13
  pushq %r14
  pushq %r15
  movq %rsp, (%rdi)
  movq %rsi, %rsp
  popq %r15
  popq %r14
  popq %r13
  popq %r12
  popq %rbx
  popq %rbp
  ret
.size sprig_switch_context, . - sprig_switch_context
)");

namespace sprig::emulated {

namespace {

constexpr std::size_t kStackBytes = (kAddressSanitizer || kThreadSanitizer ? 64 : 16) * 1024;
constexpr std::size_t kMostStacks = 1u << 18;
constexpr std::uint64_t kCanary = 0x5AFE57AC4B077035ull;
// Stacks begin at different lines of the cache, or those that take turns would push one another out of it.
constexpr std::size_t kColours = 32, kColourBytes = 128;

}  // namespace

void switch_context(Context& from, Context& to) {
#if defined(__SANITIZE_ADDRESS__)
  __sanitizer_start_switch_fiber(&from.fake_stack, to.bottom, to.size);
#endif
#if defined(__SANITIZE_THREAD__)
  __tsan_switch_to_fiber(to.tsan_fiber, 1);  // 1: without an order between the two
#endif
  sprig_switch_context(&from.stack_pointer, to.stack_pointer);
#if defined(__SANITIZE_ADDRESS__)
  __sanitizer_finish_switch_fiber(from.fake_stack, nullptr, nullptr);
#endif
}

void begin_context() {
#if defined(__SANITIZE_ADDRESS__)
  __sanitizer_finish_switch_fiber(nullptr, nullptr, nullptr);
#endif
}

Stacks::~Stacks() {
  drop();
  if (memory_ != nullptr) munmap(memory_, kMostStacks * kStackBytes);
}

void Stacks::drop() {
#if defined(__SANITIZE_THREAD__)
  for (const Context& context : contexts_) __tsan_destroy_fiber(context.tsan_fiber);
#endif
  unpoison(memory_, contexts_.size() * kStackBytes);
  contexts_.clear();
}

Context& Stacks::at(std::size_t k) {
  if (memory_ == nullptr) {
    void* memory = mmap(nullptr, kMostStacks * kStackBytes, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED) throw std::bad_alloc();
    memory_ = static_cast<std::byte*>(memory);
    if (!kAddressSanitizer && !kThreadSanitizer) madvise(memory, kMostStacks * kStackBytes, MADV_HUGEPAGE);
  }
  if (k >= kMostStacks) throw std::runtime_error("emulated device: too many threads at once");
  while (contexts_.size() <= k) {
    const std::size_t number = contexts_.size();
    Context& made = contexts_.emplace_back();
    made.bottom = memory_ + number * kStackBytes;
    made.size = kStackBytes;
    *static_cast<std::uint64_t*>(made.bottom) = kCanary;
    // As if `entry` had been called: when it begins, the stack pointer is 8 beside a multiple of 16. Below, six
    // registers.
    auto* top = reinterpret_cast<void**>(memory_ + (number + 1) * kStackBytes - number % kColours * kColourBytes);
    top[-1] = nullptr;
    top[-2] = reinterpret_cast<void*>(entry_);
    made.stack_pointer = top - 8;
#if defined(__SANITIZE_THREAD__)
    made.tsan_fiber = __tsan_create_fiber(0);
#endif
  }
  return contexts_[k];
}

bool Stacks::overflowed(std::size_t count) const {
  for (std::size_t k = 0; k < count && k < contexts_.size(); ++k)
    if (*static_cast<const std::uint64_t*>(contexts_[k].bottom) != kCanary) return true;
  return false;
}

Context host_context() {
  static thread_local const Context context = [] {
    Context made;
    pthread_attr_t attributes;
    if (pthread_getattr_np(pthread_self(), &attributes) == 0) {
      pthread_attr_getstack(&attributes, &made.bottom, &made.size);
      pthread_attr_destroy(&attributes);
    }
#if defined(__SANITIZE_THREAD__)
    made.tsan_fiber = __tsan_get_current_fiber();
#endif
    return made;
  }();
  return context;
}

}  // namespace sprig::emulated
