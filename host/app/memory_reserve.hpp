// Memory that is kept back, so that a program that has run out can still say so and end in order: destructors of JSON,
// for one, need some.
#pragma once

#include <cstddef>

namespace sprig::app {

inline constexpr std::size_t kMemoryReserve = std::size_t{4} << 20;

// From now on the first allocation that fails gives it back, and throws std::bad_alloc as it would have.
void keep_memory_reserve();

}  // namespace sprig::app
