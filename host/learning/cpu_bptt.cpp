// Backpropagation through time on the CPU: a batch is cut into blocks of replicas, which threads take as they come;
// what blocks have found is added up in their order.
#include <algorithm>
#include <cmath>
#include <string>
#include <tuple>

#include "host/learning/bptt_block.hpp"
#include "host/learning/bptt_network.hpp"
#include "sprig/core/error.hpp"
#include "sprig/core/exception_trap.hpp"
#include "sprig/core/threads.hpp"
#include "sprig/engine/call_check.hpp"
#include "sprig/learning/bptt.hpp"

namespace sprig::cpu {

namespace {

void check(const Network& network, const Drive& drive, const BpttModel& model) {
  const auto some = [](const std::vector<double>& values) {
    return std::any_of(values.begin(), values.end(), [](double x) { return x != 0; });
  };
  if (network.kind.adaptive)
    throw ConfigError("neuron.adaptive", "true, must be false: bptt has no gradient of an adaptive threshold");
  if (network.plasticity) throw ConfigError("network.plasticity", "bptt trains weights that are constant in a run");
  if (some(drive.noise_sigma))
    throw ConfigError("drive.noise_sigma", "above 0, must be 0: bptt runs on the input that it is given");
  if (some(drive.poisson_rate_hz))
    throw ConfigError("drive.poisson_rate_hz", "above 0, must be 0: bptt runs on the input that it is given");
  if (drive.current_gain.size() != std::size_t{network.size()} * drive.channels)
    throw ConfigError("drive.current_gain", std::to_string(drive.current_gain.size()) + " values, must be " +
                                                std::to_string(std::size_t{network.size()} * drive.channels));
  const auto at_least_one = [](const char* key, std::uint32_t value) {
    if (value == 0) throw ConfigError(key, "0, must be at least 1");
  };
  const auto positive = [](const char* key, double value) {
    if (!(value > 0) || !std::isfinite(value))
      throw ConfigError(key, std::to_string(value) + ", must be above 0 and finite");
  };
  at_least_one("training.outputs", model.outputs);
  at_least_one("training.samples", model.samples);
  at_least_one("training.steps_per_sample", model.steps_per_sample);
  if (model.skipped_samples >= model.samples)
    throw ConfigError("training.skipped_samples", std::to_string(model.skipped_samples) + ", must be below the " +
                                                      std::to_string(model.samples) + " samples of a sequence");
  if (std::uint64_t{model.samples} * model.steps_per_sample > 0x7FFFFFFFu)
    throw ConfigError("training.samples", "sequences of 2^31 steps or more");
  positive("training.trace_tau_ms", model.trace_tau_ms);
  positive("training.surrogate_gain", model.surrogate_gain);
}

template <class Spikes>
class CpuBptt final : public Bptt {
  using T = typename Spikes::Scalar;
  static constexpr std::uint32_t L = Spikes::kLanes;

 public:
  CpuBptt(const Network& network, const Drive& drive, const BpttModel& model)
      : model_(model), network_(network, drive), signs_(synapse_signs(network)) {
    readout_.weights.assign((std::size_t{network.size()} + 1) * model.outputs, T{0});
    readout_.decay = static_cast<T>(std::exp(-network.step_ms / model.trace_tau_ms));
  }

  void set_parameters(View<const double> weights, View<const double> readout) override {
    check_sizes(weights.size, readout.size);
    for (std::size_t k = 0; k < weights.size; ++k)
      if (network_.kind.receptors == 2 && weights[k] * signs_[k] < 0)
        throw ConfigError("training.weights[" + std::to_string(k) + "]",
                          std::to_string(weights[k]) + ", must keep its sign: it is on the other receptor");
    std::transform(weights.begin(), weights.end(), network_.recurrent.weights.begin(),
                   [](double w) { return static_cast<T>(w); });
    std::transform(readout.begin(), readout.end(), readout_.weights.begin(),
                   [](double w) { return static_cast<T>(w); });
  }

  BatchLoss loss(const SequenceBatch& batch, std::vector<SpikeEvent>* spikes) override {
    return run(batch, false, {}, {}, spikes);
  }
  BatchLoss gradient(const SequenceBatch& batch, View<double> d_weights, View<double> d_readout) override {
    check_sizes(d_weights.size, d_readout.size);
    return run(batch, true, d_weights, d_readout, nullptr);
  }

 private:
  // What one block of replicas finds.
  struct Part {
    std::unique_ptr<BpttBlock<T>> block;
    std::vector<T> d_weights, d_readout;
    std::vector<SpikeEvent> spikes;
    BatchLoss loss;
  };

  void check_sizes(std::size_t weights, std::size_t readout) const {
    if (weights != network_.recurrent.weights.size() || readout != readout_.weights.size())
      throw ConfigError("training.parameters", std::to_string(weights) + " weights and " + std::to_string(readout) +
                                                   " of the readout, must be " +
                                                   std::to_string(network_.recurrent.weights.size()) + " and " +
                                                   std::to_string(readout_.weights.size()));
  }

  void check_batch(const SequenceBatch& batch) const {
    if (batch.replicas == 0) throw ConfigError("training.batch", "has no sequences");
    check_call({network_.neurons, batch.replicas, network_.signal_channels, network_.input_channels},
               std::uint64_t{model_.samples} * model_.steps_per_sample, batch.input, {}, nullptr);
    const bool labels = model_.loss == Loss::cross_entropy;
    const std::size_t expected =
        labels ? batch.replicas : std::size_t{batch.replicas} * model_.samples * model_.outputs;
    const std::size_t found = labels ? batch.labels.size : batch.targets.size;
    if (found != expected)
      throw ConfigError(labels ? "training.labels" : "training.targets",
                        std::to_string(found) + " values, must be " + std::to_string(expected));
    if (!labels) return;
    for (std::size_t r = 0; r < batch.labels.size; ++r)
      if (batch.labels[r] >= model_.outputs)
        throw ConfigError("training.labels[" + std::to_string(r) + "]",
                          std::to_string(batch.labels[r]) + ", must be below " + std::to_string(model_.outputs));
  }

  std::unique_ptr<BpttBlock<T>> make_block() const {
    std::unique_ptr<BpttBlock<T>> block;
    with_lif_kind(network_.kind, [&]<LifKind kKind>() {
      constexpr LifKind kPlain{kKind.synapse, kKind.receptors, kKind.reset, false};
      block = std::make_unique<LaneBlock<kPlain, Spikes>>(network_, model_, readout_);
    });
    return block;
  }

  BatchLoss run(const SequenceBatch& batch, bool gradient, View<double> d_weights, View<double> d_readout,
                std::vector<SpikeEvent>* spikes) {
    check_batch(batch);
    const std::uint32_t blocks = (batch.replicas + L - 1) / L;
    while (parts_.size() < blocks) parts_.push_back({make_block(), {}, {}, {}, {}});
    ExceptionTrap trap;
#pragma omp parallel for schedule(dynamic, 1) num_threads(team_size(model_.threads))
    for (std::uint32_t b = 0; b < blocks; ++b)
      trap.run([&] {
        Part& part = parts_[b];
        part.spikes.clear();
        part.d_weights.resize(network_.recurrent.weights.size());
        part.d_readout.resize(readout_.weights.size());
        part.loss = part.block->run(batch, b * L, std::min(L, batch.replicas - b * L),
                                    gradient ? part.d_weights.data() : nullptr,
                                    gradient ? part.d_readout.data() : nullptr, spikes ? &part.spikes : nullptr);
      });
    trap.rethrow();

    BatchLoss result;
    std::fill(d_weights.begin(), d_weights.end(), 0.0);
    std::fill(d_readout.begin(), d_readout.end(), 0.0);
    if (spikes != nullptr) spikes->clear();
    for (std::uint32_t b = 0; b < blocks; ++b) {
      const Part& part = parts_[b];
      result.loss += part.loss.loss;
      result.correct += part.loss.correct;
      for (std::size_t k = 0; k < d_weights.size; ++k) d_weights[k] += part.d_weights[k];
      for (std::size_t k = 0; k < d_readout.size; ++k) d_readout[k] += part.d_readout[k];
      if (spikes != nullptr) spikes->insert(spikes->end(), part.spikes.begin(), part.spikes.end());
    }
    if (spikes != nullptr)
      std::sort(spikes->begin(), spikes->end(), [](const SpikeEvent& a, const SpikeEvent& b) {
        return std::tie(a.step, a.neuron, a.replica) < std::tie(b.step, b.neuron, b.replica);
      });
    return result;
  }

  BpttModel model_;
  BpttNetwork<T> network_;
  BpttReadout<T> readout_;
  std::vector<std::int8_t> signs_;
  std::vector<Part> parts_;
};

}  // namespace

std::unique_ptr<Bptt> make_bptt(const Network& network, const Drive& drive, const BpttModel& model) {
  check(network, drive, model);
  if (model.spikes == SpikeModel::smooth) return std::make_unique<CpuBptt<SmoothSpikes>>(network, drive, model);
  return std::make_unique<CpuBptt<StepSpikes>>(network, drive, model);
}

}  // namespace sprig::cpu
