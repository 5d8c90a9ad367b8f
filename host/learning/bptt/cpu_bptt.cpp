// Backpropagation through time on the CPU: a batch is cut into blocks of replicas, which threads take as they come;
// what blocks have found is added up in their order.
#include <algorithm>
#include <memory>
#include <tuple>
#include <vector>

#include "host/learning/bptt/block.hpp"
#include "sprig/core/exception_trap.hpp"
#include "sprig/core/threads.hpp"
#include "sprig/learning/bptt/bptt.hpp"
#include "sprig/learning/bptt/check.hpp"
#include "sprig/learning/bptt/network.hpp"

namespace sprig::cpu {

namespace {

template <class Spikes>
class CpuBptt final : public Bptt {
  using T = typename Spikes::Scalar;
  static constexpr std::uint32_t L = kReplicaLanes<Spikes>;

 public:
  CpuBptt(const Network& network, const Drive& drive, const BpttModel& model)
      : limits_(network, drive, model),
        shared_{model, {network, drive}, {model, network.step_ms}, std::vector<T>(limits_.readout)} {}

  void set_parameters(View<const double> weights, View<const double> readout) override {
    check_parameters(limits_, weights, readout.size);
    const auto rounded = [](double w) { return static_cast<T>(w); };
    std::transform(weights.begin(), weights.end(), shared_.network.recurrent.weights.begin(), rounded);
    std::transform(readout.begin(), readout.end(), shared_.readout.begin(), rounded);
  }

  BatchLoss loss(const SequenceBatch& batch, std::vector<SpikeEvent>* spikes) override {
    return run(batch, false, {}, {}, spikes);
  }
  BatchLoss gradient(const SequenceBatch& batch, View<double> d_weights, View<double> d_readout) override {
    check_parameters(limits_, d_weights.size, d_readout.size);
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

  std::unique_ptr<BpttBlock<T>> make_block() const {
    std::unique_ptr<BpttBlock<T>> block;
    with_lif_kind(shared_.network.kind, [&]<LifKind kKind>() {
      constexpr LifKind kPlain{kKind.synapse, kKind.receptors, kKind.reset, false};
      block = std::make_unique<LaneBlock<kPlain, Spikes>>(shared_);
    });
    return block;
  }

  BatchLoss run(const SequenceBatch& batch, bool gradient, View<double> d_weights, View<double> d_readout,
                std::vector<SpikeEvent>* spikes) {
    check_batch(limits_, batch);
    const std::uint32_t blocks = (batch.replicas + L - 1) / L;
    while (parts_.size() < blocks) parts_.push_back({make_block(), {}, {}, {}, {}});
    ExceptionTrap trap;
#pragma omp parallel for schedule(dynamic, 1) num_threads(team_size(shared_.model.threads))
    for (std::uint32_t b = 0; b < blocks; ++b)
      trap.run([&] {
        Part& part = parts_[b];
        part.spikes.clear();
        part.d_weights.resize(limits_.weights);
        part.d_readout.resize(limits_.readout);
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

  BpttLimits limits_;
  BpttShared<T> shared_;
  std::vector<Part> parts_;
};

}  // namespace

std::unique_ptr<Bptt> make_bptt(const Network& network, const Drive& drive, const BpttModel& model) {
  check_bptt(network, drive, model);
  if (model.spikes == SpikeModel::smooth) return std::make_unique<CpuBptt<SmoothSpikes>>(network, drive, model);
  return std::make_unique<CpuBptt<StepSpikes>>(network, drive, model);
}

}  // namespace sprig::cpu
