#include "kernels/engine/input_rows.hpp"

namespace sprig::kernel {

InputRows input_rows(View<const Input::Spike> spikes, std::uint64_t steps, std::uint32_t words) {
  InputRows result;
  result.spans.assign(steps + 1, 0);
  std::size_t channel_first = 0;  // first row of the current (step, channel)
  for (std::size_t s = 0; s < spikes.size; ++s) {
    const Input::Spike& spike = spikes[s];
    if (spike.step >= steps) break;
    if (s == 0 || spikes[s - 1].step != spike.step || spikes[s - 1].channel != spike.channel)
      channel_first = result.rows.size();
    const std::uint32_t row = spike.channel * words + spike.replica / kWarp, bit = 1u << spike.replica % kWarp;
    std::size_t at = channel_first;
    while (at < result.rows.size() && (result.rows[at].row != row || (result.rows[at].replicas & bit) != 0)) ++at;
    if (at == result.rows.size()) result.rows.push_back({row, 0});
    result.rows[at].replicas |= bit;
    result.spans[spike.step + 1] = result.rows.size();
  }
  for (std::uint64_t k = 1; k <= steps; ++k)
    if (result.spans[k] < result.spans[k - 1]) result.spans[k] = result.spans[k - 1];
  return result;
}

}  // namespace sprig::kernel
