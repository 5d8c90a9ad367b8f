#include "host/app/memory_reserve.hpp"

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <new>

#include "sprig/core/error.hpp"

namespace sprig::app {

namespace {

std::atomic<void*> reserve{nullptr};

std::atomic<bool> given_back{false};

void give_back() {
  std::free(reserve.exchange(nullptr));
  given_back.store(true);
  throw std::bad_alloc();
}

// What runs out of memory where nothing may throw, in a destructor, still ends with a sentence.
[[noreturn]] void end() {
  if (!given_back.load()) std::abort();
  std::fputs("sprig: error: out of memory; see sprig plan\n", stderr);
  std::_Exit(static_cast<int>(Exit::memory));
}

}  // namespace

void keep_memory_reserve() {
  std::free(reserve.exchange(std::malloc(kMemoryReserve)));
  std::set_new_handler(give_back);
  std::set_terminate(end);
}

}  // namespace sprig::app
