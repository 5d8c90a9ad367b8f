#include "host/dynamics/step_arrivals.hpp"

#include <algorithm>

namespace sprig::cpu {

namespace {

constexpr std::uint64_t kMost = 1 << 20;  // arrivals, and neurons times steps, where there is more than one step

// By counting: how many each neuron has, where they end, and, from the last to the first, each to its place before
// that.
void sort_step(const TangentView& network, const SaltationChunk& chunk, std::uint32_t step, std::uint64_t begin,
               std::uint64_t* offsets, StepArrivals::Arrival* arrivals) {
  const std::uint32_t n = network.neurons;
  const auto from_the_last = [&](auto use) {
    for (std::uint64_t d = chunk.delivery_offsets[step + 1]; d-- > chunk.delivery_offsets[step];) {
      const TangentDelivery& delivery = chunk.deliveries[d];
      for (std::uint64_t k = delivery.end; k-- > delivery.begin;) {
        const std::uint32_t cell = network.cells[k];
        use(cell < n ? cell : cell - n, k, delivery.slot, cell >= n);
      }
    }
  };
  std::fill(offsets, offsets + n + 1, 0);
  from_the_last([&](std::uint32_t i, std::uint64_t, std::uint32_t, bool) { ++offsets[i]; });
  for (std::uint32_t i = 0; i <= n; ++i) offsets[i] = begin += offsets[i];
  from_the_last([&](std::uint32_t i, std::uint64_t k, std::uint32_t slot, bool second) {
    arrivals[--offsets[i]] = {network.weights[k], slot, second};
  });
}

}  // namespace

void StepArrivals::sort(const TangentView& network, const SaltationChunk& chunk, std::uint32_t first, int threads) {
  first_ = first;
  neurons_ = network.neurons;
  std::vector<std::uint64_t> begin{0};  // of each step's arrivals
  for (std::uint32_t step = first; step < chunk.steps; ++step) {
    std::uint64_t count = 0;
    for (std::uint64_t d = chunk.delivery_offsets[step]; d < chunk.delivery_offsets[step + 1]; ++d)
      count += chunk.deliveries[d].end - chunk.deliveries[d].begin;
    if (step > first && (begin.back() + count > kMost || begin.size() * neurons_ > kMost)) break;
    begin.push_back(begin.back() + count);
  }
  steps_ = static_cast<std::uint32_t>(begin.size()) - 1;
  offsets_.resize(std::size_t{steps_} * (neurons_ + 1));
  arrivals_.resize(begin.back());
#pragma omp parallel for schedule(static) num_threads(threads)
  for (std::uint32_t step = 0; step < steps_; ++step)
    sort_step(network, chunk, first + step, begin[step], offsets_.data() + std::size_t{step} * (neurons_ + 1),
              arrivals_.data());
}

}  // namespace sprig::cpu
