#include "host/network/drawn_values.hpp"

#include "sprig/core/refuse.hpp"

namespace sprig {

Sampler delay_sampler(const NetworkSpec& spec) {
  Sampler sampler("network.delay_ms", spec.delay_ms, kAnything, spec.step_ms / 2);
  if (!(sampler.largest() / spec.step_ms < kMaxDelaySteps + 0.5))
    refuse("network.delay_ms", shown(spec.delay_ms) + ", which reaches " + shown(sampler.largest()) + " ms",
           "at most " + shown(kMaxDelaySteps) + " steps of " + shown(spec.step_ms) + " ms");
  return sampler;
}

void draw_delays(Csr& csr, const NetworkSpec& spec, const Sampler& delay, std::uint32_t seed) {
  if (delay.constant()) {
    csr.uniform_delay = delay_in_steps(delay.largest(), spec.step_ms);
    return;
  }
  csr.delays.resize(csr.synapses());
#pragma omp parallel for schedule(dynamic, 64)
  for (std::uint32_t source = 0; source < csr.rows; ++source) {
    std::uint16_t* row = csr.delays.data() + csr.offsets[source];
    delay.fill(seed, Stream::delay, source, csr.offsets[source + 1] - csr.offsets[source],
               [&](std::uint64_t j, double x) { row[j] = delay_in_steps(x, spec.step_ms); });
  }
}

}  // namespace sprig
