// A small network and a short forecast that the tests share.
#pragma once

#include "sprig/tasks/forecast.hpp"
#include "tests/support/networks.hpp"
#include "tests/support/on_cpu.hpp"

namespace sprig::test {

inline Network task_network(std::uint32_t neurons = 80) {
  return random_network({.neurons = neurons, .density = 0.1, .kind = {}, .weight = 0.15, .i_dc = 1.05, .step_ms = 1.0});
}

inline Network without_synapses(Network network) {
  network.recurrent = csr_from(network.size(), network.size(), {});
  return network;
}

inline ForecastOptions short_forecast(Encoding encoding = Encoding::current) {
  ForecastOptions options;
  options.encoding = encoding;
  options.washout = 60;
  options.train = 500;
  options.validation = 200;
  options.test = 300;
  options.horizon = 5;
  options.vpt_starts = 3;
  options.vpt_samples = 30;
  return options;
}

}  // namespace sprig::test
