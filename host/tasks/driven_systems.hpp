// The series of memory_series.hpp by name, and how far back they reach.
#pragma once

#include <cstdint>
#include <string>

#include "sprig/tasks/series.hpp"

namespace sprig {

inline constexpr const char *kMemoryCapacity = "memory_capacity", *kCopy = "copy";

struct DrivenSystem {
  const char* name;
  std::uint32_t inputs;  // channels
  Series (*make)(const SeriesSource& source, std::uint64_t samples, std::uint32_t seed);
  std::uint64_t (*memory)(const SeriesSource& source);  // from the oldest input that a target is made of to the target
  std::uint64_t (*period)(const SeriesSource& source);  // after which it asks again for the same
};

// narma's y counts as a target alone: what it in turn was made of is not followed.
extern const DrivenSystem kDrivenSystems[5];

// The one of that name; null for other series.
const DrivenSystem* find_driven(const std::string& system);

}  // namespace sprig
