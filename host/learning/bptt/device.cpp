// Bptt on the device asked for.
#include "sprig/engine/placed.hpp"
#include "sprig/learning/bptt/bptt.hpp"

namespace sprig {

namespace {

class OnGpu final : public Bptt {
 public:
  OnGpu(const Device& asked, const Network& network, const Drive& drive, const BpttModel& model)
      : there_(asked, [&] { return cuda::make_bptt(network, drive, model); }) {}

  void set_parameters(View<const double> weights, View<const double> readout) override {
    there_->set_parameters(weights, readout);
  }
  BatchLoss loss(const SequenceBatch& batch, std::vector<SpikeEvent>* spikes) override {
    return there_->loss(batch, spikes);
  }
  BatchLoss gradient(const SequenceBatch& batch, View<double> d_weights, View<double> d_readout) override {
    return there_->gradient(batch, d_weights, d_readout);
  }

 private:
  cuda::Placed<Bptt> there_;
};

}  // namespace

std::unique_ptr<Bptt> make_bptt(const Network& network, const Drive& drive, const BpttModel& model, Device device) {
  if (!uses_device(device)) return cpu::make_bptt(network, drive, model);
  return std::make_unique<OnGpu>(device, network, drive, model);
}

}  // namespace sprig
