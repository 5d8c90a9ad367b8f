// A small network, one call of the engine over a whole run, and the arrays that Run makes of the same.
#pragma once

#include <cstring>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "sprig/instruments/run.hpp"
#include "tests/support/networks.hpp"

namespace sprig::test {

inline constexpr double kStepMs = 0.5;

inline Network small_network() {
  RandomNetworkSpec spec;
  spec.neurons = 60;
  return random_network(spec);  // populations e (48) and i (12)
}

inline RecordSpec record(RecordedQuantity what) {
  RecordSpec spec;
  spec.what = what;
  return spec;
}

// 300.5 ms after 20 ms.
inline RunRequest request_of(std::vector<RecordSpec> records, std::uint32_t replicas = 1) {
  RunRequest request;
  request.duration_ms = 300.5, request.transient_ms = 20;
  request.records = std::move(records);
  request.simulation.device = Device::cpu;
  request.simulation.replicas = replicas;
  return request;
}

inline Recording one_call(const RunRequest& request, const RecordOptions& what) {
  const Network network = small_network();
  const auto simulation = make_simulation(network, request.drive, request.simulation);
  Recording recording;
  simulation->advance(static_cast<std::uint64_t>(request.transient_ms / kStepMs));
  simulation->advance(static_cast<std::uint64_t>(request.duration_ms / kStepMs), {}, what, &recording);
  return recording;
}

inline RunOutcome outcome_of(const RunRequest& request, const Progress& progress = {}) {
  BuiltNetwork network = small_network();
  return Run(network, request).simulate("", progress);
}

template <class T>
std::vector<T> values_of(const RecordedArray& array) {
  std::vector<T> values(array.bytes.size() / sizeof(T));
  std::memcpy(values.data(), array.bytes.data(), array.bytes.size());
  return values;
}

}  // namespace sprig::test
