#include "host/learning/stdp/heterogeneous_stdp.hpp"

#include <algorithm>
#include <string>

#include "sprig/core/random.hpp"
#include "sprig/core/threads.hpp"
#include "sprig/learning/synapse_signs.hpp"
#include "sprig/network/sampler.hpp"

namespace sprig {

namespace {

constexpr std::int32_t kMost = 1 << 28;  // w_max in units: finer than a float, and below the rule's 2^30

}  // namespace

HeterogeneousStdp::HeterogeneousStdp(const Network& network, const StdpOptions& options, std::uint32_t seed,
                                     int threads)
    : threads_(team_size(threads)), offsets_(std::size_t{network.size()} + 1, 0) {
  const Csr& csr = network.recurrent;
  const std::vector<std::int8_t> signs = synapse_signs(network);
  const Sampler tau_plus("training.stdp_tau_plus_ms", options.tau_plus_ms, above(0), 0);
  const Sampler tau_minus("training.stdp_tau_minus_ms", options.tau_minus_ms, above(0), 0);
  double sum = 0, largest = 0;
  for (std::uint32_t j = 0; j < csr.rows; ++j)
    for (std::uint64_t k = csr.offsets[j]; k < csr.offsets[j + 1]; ++k) {
      if (signs[k] < 0) continue;
      const auto decay_of = [&](const Sampler& tau, Stream stream) {
        return OwnDecay{network.step_ms / std::max(tau.value(seed, stream, csr.id(k)), options.tau_min_ms)};
      };
      synapses_.push_back({k,
                           j,
                           csr.targets[k],
                           0,
                           0,
                           decay_of(tau_plus, Stream::stdp_tau_plus),
                           decay_of(tau_minus, Stream::stdp_tau_minus),
                           {},
                           {}});
      first_weights_.push_back(csr.weights[k]);
      sum += csr.weights[k];
      largest = std::max(largest, static_cast<double>(csr.weights[k]));
    }
  if (sum == 0) {
    synapses_.clear();
    first_weights_.clear();
    return;
  }
  w_max_ = std::max(options.w_max_factor * sum / static_cast<double>(synapses_.size()), largest);
  unit_ = w_max_ / kMost;
  rule_.gain_plus = static_cast<real>(options.a_plus * kMost);
  rule_.gain_minus = static_cast<real>(options.a_minus * kMost);
  rule_.most = kMost;
  for (std::size_t k = 0; k < synapses_.size(); ++k)
    synapses_[k].weight = synapses_[k].begun = static_cast<std::int32_t>(std::llround(first_weights_[k] / unit_));
  first_sums_ = sums();
}

void HeterogeneousStdp::learn(const std::vector<SpikeEvent>& spikes) {
  std::fill(offsets_.begin(), offsets_.end(), 0);
  for (const SpikeEvent& spike : spikes) ++offsets_[spike.neuron + 1];
  for (std::size_t i = 1; i < offsets_.size(); ++i) offsets_[i] += offsets_[i - 1];
  stamps_.resize(spikes.size());
  std::vector<std::size_t> next(offsets_.begin(), offsets_.end() - 1);
  for (const SpikeEvent& spike : spikes) stamps_[next[spike.neuron]++] = spike.step + 1;
#pragma omp parallel for schedule(static) num_threads(threads_)
  for (std::size_t k = 0; k < synapses_.size(); ++k) learn(synapses_[k]);
}

// A spike that is both weakens the synapse before it strengthens it.
void HeterogeneousStdp::learn(LearningSynapse& synapse) const {
  const std::uint64_t *pre = stamps_.data() + offsets_[synapse.source],
                      *pre_end = stamps_.data() + offsets_[synapse.source + 1],
                      *post = stamps_.data() + offsets_[synapse.target],
                      *post_end = stamps_.data() + offsets_[synapse.target + 1];
  while (pre != pre_end || post != post_end) {
    if (post == post_end || (pre != pre_end && *pre <= *post)) {
      synapse.weight = stdp_depress(synapse.weight, synapse.y.at(*pre, synapse.minus), rule_);
      synapse.x.spike(*pre++, synapse.plus);
    } else {
      const real x = synapse.x.after() * synapse.plus(*post - synapse.x.stamp);
      synapse.weight = stdp_potentiate(synapse.weight, x, rule_);
      synapse.y.spike(*post++, synapse.minus);
    }
  }
}

std::vector<double> HeterogeneousStdp::sums() const {
  std::vector<double> result(offsets_.size() - 1, 0.0);
  for (const LearningSynapse& synapse : synapses_) result[synapse.target] += synapse.weight;
  return result;
}

void HeterogeneousStdp::normalise() {
  const std::vector<double> now = sums();
  for (LearningSynapse& synapse : synapses_) {
    if (now[synapse.target] == 0) continue;
    const double scaled = std::round(synapse.weight * (first_sums_[synapse.target] / now[synapse.target]));
    synapse.weight = static_cast<std::int32_t>(std::min(scaled, static_cast<double>(kMost)));
  }
}

void HeterogeneousStdp::store(std::vector<float>& weights) const {
  for (std::size_t k = 0; k < synapses_.size(); ++k) {
    const LearningSynapse& synapse = synapses_[k];
    const bool moved = synapse.weight != synapse.begun;
    weights[synapse.place] = moved ? static_cast<float>(synapse.weight * unit_) : first_weights_[k];
  }
}

void HeterogeneousStdp::write(Writer& writer) const {
  writer(std::uint64_t{synapses_.size()});
  for (const LearningSynapse& s : synapses_) writer(s.weight, s.x.stamp, s.x.before, s.y.stamp, s.y.before);
}

void HeterogeneousStdp::read(Reader& reader) {
  std::uint64_t size = 0;
  reader(size);
  if (size != synapses_.size()) reader.refuse("has weights of another network");
  for (LearningSynapse& s : synapses_) {
    reader(s.weight, s.x.stamp, s.x.before, s.y.stamp, s.y.before);
    if (s.weight < 0 || s.weight > kMost) reader.refuse("has a weight beyond the largest");
  }
}

double HeterogeneousStdp::mean_change() const {
  double sum = 0;
  for (const LearningSynapse& synapse : synapses_)
    sum += std::abs(static_cast<double>(synapse.weight) - synapse.begun) / kMost;
  return sum / static_cast<double>(synapses_.size());
}

}  // namespace sprig
