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
std::terminate_handler usual = std::abort;  // says of which exception it was

void give_back() {
  std::free(reserve.exchange(nullptr));
  given_back.store(true);
  throw std::bad_alloc();
}

// What runs out of memory where nothing may throw, in a destructor, still ends with a sentence.
[[noreturn]] void end() {
  if (!given_back.load()) usual();
  std::fputs("sprig: error: out of memory; see sprig plan\n", stderr);
  std::_Exit(static_cast<int>(Exit::memory));
}

}  // namespace

void keep_memory_reserve() {
  std::free(reserve.exchange(std::malloc(kMemoryReserve)));
  std::set_new_handler(give_back);
  if (const std::terminate_handler before = std::set_terminate(end); before != end) usual = before;
}

}  // namespace sprig::app
