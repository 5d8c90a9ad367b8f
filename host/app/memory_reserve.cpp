#include "host/app/memory_reserve.hpp"

#include <atomic>
#include <cstdlib>
#include <new>

namespace sprig::app {

namespace {

std::atomic<void*> reserve{nullptr};

void give_back() {
  std::free(reserve.exchange(nullptr));
  throw std::bad_alloc();
}

}  // namespace

void keep_memory_reserve() {
  std::free(reserve.exchange(std::malloc(kMemoryReserve)));
  std::set_new_handler(give_back);
}

}  // namespace sprig::app
