// Two stable passes of counting, by channel and by step: spikes are many to a step, and comparing them costs more than
// putting them where they belong.
#include <algorithm>
#include <tuple>

#include "sprig/coding/encoded_input.hpp"

namespace sprig {

namespace {

using Spike = Input::Spike;

void counting_pass(const std::vector<Spike>& from, std::vector<Spike>& to, std::uint32_t Spike::*key,
                   std::vector<std::size_t>& place) {
  std::fill(place.begin(), place.end(), 0);
  for (const Spike& spike : from) ++place[std::size_t{spike.*key} + 1];
  for (std::size_t k = 1; k < place.size(); ++k) place[k] += place[k - 1];
  for (const Spike& spike : from) to[place[spike.*key]++] = spike;
}

}  // namespace

void order_spikes(std::vector<Spike>& spikes) {
  std::uint32_t steps = 0, channels = 0;
  for (const Spike& spike : spikes) {
    steps = std::max(steps, spike.step);
    channels = std::max(channels, spike.channel);
  }
  if (spikes.size() <= std::max(steps, channels)) {  // counters would outnumber them
    std::sort(spikes.begin(), spikes.end(), [](const Spike& a, const Spike& b) {
      return std::tie(a.step, a.channel, a.replica) < std::tie(b.step, b.channel, b.replica);
    });
    return;
  }
  std::vector<Spike> by_channel(spikes.size());
  std::vector<std::size_t> place(std::size_t{channels} + 2);
  counting_pass(spikes, by_channel, &Spike::channel, place);
  place.resize(std::size_t{steps} + 2);
  counting_pass(by_channel, spikes, &Spike::step, place);
}

}  // namespace sprig
