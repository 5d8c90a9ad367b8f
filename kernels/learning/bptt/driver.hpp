// What runs the kernels of kernel.hpp, on any machine that has memory and launches: the device (bptt.cu).
//
//   Machine::Buffer<T>(count)               uninitialised memory; data()
//   upload(buffer, vector), download(...)   at once, in the order of launches
//   run(items, body)                        body(context) by a grid that suits so many items
#pragma once

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

#include "kernels/learning/bptt/bodies.hpp"
#include "kernels/learning/bptt/incoming.hpp"
#include "kernels/learning/bptt/kernel.hpp"
#include "sprig/learning/bptt/bptt.hpp"
#include "sprig/learning/bptt/check.hpp"
#include "sprig/learning/bptt/loss.hpp"
#include "sprig/learning/bptt/network.hpp"
#include "sprig/learning/bptt/schedule.hpp"

namespace sprig::kernel {

template <class Machine>
class DeviceBptt final : public Bptt {
  template <class T>
  using Buffer = typename Machine::template Buffer<T>;

 public:
  DeviceBptt(const Network& network, const Drive& drive, const BpttModel& model, Machine machine)
      : machine_(std::move(machine)),
        limits_(network, drive, model),
        network_(network, drive),
        incoming_(network_),
        readout_(limits_.readout, 0),
        schedule_(model) {
    std::vector<std::uint32_t> sources;
    for (std::uint32_t j = 0; j < network_.neurons; ++j)
      sources.insert(sources.end(), network_.recurrent.offsets[j + 1] - network_.recurrent.offsets[j], j);
    view_.neurons = network_.neurons;
    view_.cells = network_.cells();
    view_.channels = network_.input_channels;
    view_.signal_channels = network_.signal_channels;
    view_.outputs = model.outputs;
    view_.slots = network_.slots;
    view_.steps = schedule_.steps;
    view_.scalars = {model, network.step_ms};
    view_.constants = constants_.show(machine_, network_.constants);
    view_.external = external_.show(machine_, network_.external);
    view_.initial = initial_.show(machine_, network_.initial);
    view_.current_gain = current_gain_.show(machine_, network_.gain);
    view_.incoming_offsets = incoming_offsets_.show(machine_, incoming_.offsets);
    view_.offsets = offsets_.show(machine_, network_.recurrent.offsets);
    view_.sources = sources_.show(machine_, sources);
    view_.targets = targets_.show(machine_, network_.recurrent.cells);
    view_.delays = delays_.show(
        machine_, std::vector<std::uint32_t>(network_.recurrent.delays.begin(), network_.recurrent.delays.end()));
    show_parameters();
  }

  void set_parameters(View<const double> weights, View<const double> readout) override {
    check_parameters(limits_, weights, readout.size);
    const auto rounded = [](double w) { return static_cast<real>(w); };
    std::transform(weights.begin(), weights.end(), network_.recurrent.weights.begin(), rounded);
    std::transform(readout.begin(), readout.end(), readout_.begin(), rounded);
    for (std::size_t k = 0; k < incoming_.incoming.size(); ++k)
      if (incoming_.synapse[k] != IncomingRows::kFixed)
        incoming_.incoming[k].weight = network_.recurrent.weights[incoming_.synapse[k]];
    show_parameters();
  }

  BatchLoss loss(const SequenceBatch& batch, std::vector<SpikeEvent>* spikes) override {
    check_batch(limits_, batch);
    BatchLoss result;
    with_kind([&]<LifKind kKind>() { result = forward<kKind>(batch); });
    if (spikes != nullptr) *spikes = list_spikes();
    return result;
  }

  BatchLoss gradient(const SequenceBatch& batch, View<double> d_weights, View<double> d_readout) override {
    check_parameters(limits_, d_weights.size, d_readout.size);
    check_batch(limits_, batch);
    BatchLoss result;
    with_kind([&]<LifKind kKind>() {
      result = forward<kKind>(batch);
      machine_.run(d_readout.size * view_.blocks(), ReadoutGradientBody{view_, kept_});
      backward<kKind>();
    });
    add_blocks(d_weights_.values(machine_), d_weights);
    add_blocks(d_readout_.values(machine_), d_readout);
    return result;
  }

 private:
  // Memory that grows when it must.
  template <class T>
  class Array {
   public:
    T* room(std::size_t count) {
      if (count > buffer_.size()) {
        buffer_ = Buffer<T>();
        buffer_ = Buffer<T>(count);
      }
      count_ = count;
      return buffer_.data();
    }
    T* show(Machine& machine, const std::vector<T>& values) {
      room(values.size());
      machine.upload(buffer_, values);
      return buffer_.data();
    }
    std::vector<T> values(Machine& machine) const {
      std::vector<T> result(count_);
      machine.download(buffer_, result);
      return result;
    }

   private:
    Buffer<T> buffer_;
    std::size_t count_ = 0;
  };

  template <class Use>
  void with_kind(Use use) {
    with_lif_kind(network_.kind, [&]<LifKind kKind>() {
      use.template operator()<LifKind{kKind.synapse, kKind.receptors, kKind.reset, false}>();
    });
  }

  void show_parameters() {
    view_.incoming = incoming_synapses_.show(machine_, incoming_.incoming);
    view_.weights = weights_.show(machine_, network_.recurrent.weights);
    view_.readout = readout_weights_.show(machine_, readout_);
  }

  // Memory for the batch, and its input.
  void show_batch(const SequenceBatch& batch) {
    const BpttModel& model = limits_.model;
    kept_ = model.loss == Loss::mean_square ? model.samples - model.skipped_samples : 1;
    view_.replicas = batch.replicas;
    const std::size_t all = view_.all(), replicas = batch.replicas;
    view_.samples = batch.input.signal.empty() ? 0 : batch.input.samples;
    view_.steps_per_sample = batch.input.steps_per_sample;
    view_.signal = signal_.show(machine_, {batch.input.signal.begin(), batch.input.signal.end()});
    std::vector<std::uint8_t> input(std::size_t{schedule_.steps} * view_.channels * replicas, 0);
    for (const Input::Spike& spike : batch.input.spikes)
      input[(std::size_t{spike.step} * view_.channels + spike.channel) * replicas + spike.replica] = 1;
    view_.input = input_.show(machine_, input);
    view_.spikes = spikes_.room(schedule_.steps * all);
    view_.tape = tape_.room(schedule_.interval * all);
    view_.trace = trace_.room(all);
    view_.kept = traces_.room(kept_ * all);
    view_.outputs_of = outputs_.room(std::size_t{kept_} * model.outputs * replicas);
    view_.errors = errors_.room(std::size_t{kept_} * model.outputs * replicas);
    view_.d_trace = d_trace_.room(all);
    view_.d_spike = d_spike_.room(all);
    view_.adjoint = {a_u_.room(all), {a_i0_.room(all), a_i1_.room(all)}};
    view_.d_ring = d_ring_.room(std::size_t{view_.slots} * view_.cells * replicas);
    view_.d_weights = d_weights_.room(limits_.weights * view_.blocks());
    view_.d_readout = d_readout_.room(limits_.readout * view_.blocks());
    const std::size_t states = schedule_.segments() + 1;  // at the start of each segment, and the one that moves
    states_at_ = state_.room(states * 3 * all);
    refractory_at_ = refractory_.room(states * all);
  }

  BpttState state(std::size_t which) const {
    const std::size_t all = view_.all();
    real* at = states_at_ + 3 * all * which;
    return {{at, {at + all, at + 2 * all}}, refractory_at_ + all * which};
  }
  // Before step n: what its segment starts from, so that it is kept by being written, or what moves.
  BpttState state_before(std::uint32_t n) const {
    const bool begins = n < schedule_.steps && schedule_.row(n) == 0;
    return state(begins ? schedule_.segment(n) : schedule_.segments());
  }
  std::uint32_t counted(std::uint32_t sample) const {
    return limits_.model.loss == Loss::mean_square ? sample - limits_.model.skipped_samples : 0;
  }
  real share_after(std::uint32_t n) const {
    return schedule_.ends_sample(n) ? static_cast<real>(trace_share(limits_.model, schedule_.sample(n))) : real{0};
  }

  template <LifKind kKind>
  void run_step(std::uint32_t n, bool forward, bool taped) {
    StepArguments a;
    a.step = n;
    a.from = state_before(n);
    a.to = state_before(n + 1);
    a.trace = forward;
    if (taped) a.tape = view_.tape + schedule_.row(n) * view_.all();
    a.share = forward ? share_after(n) : real{0};
    if (a.share > 0) {
      const std::uint32_t sample = schedule_.sample(n);
      a.kept = view_.kept + counted(sample) * view_.all();
      a.first_kept = limits_.model.loss == Loss::mean_square || limits_.model.pooling == Pooling::last ||
                     sample == limits_.model.skipped_samples;
    }
    machine_.run(view_.all(), StepBody<kKind>{view_, a});
  }

  template <LifKind kKind>
  BatchLoss forward(const SequenceBatch& batch) {
    show_batch(batch);
    run_forward(
        schedule_, [](std::uint32_t) {}, [&](std::uint32_t n, bool taped) { run_step<kKind>(n, true, taped); });
    machine_.run(std::uint64_t{kept_} * view_.outputs * view_.replicas, OutputsBody{view_, kept_});
    return find_errors(batch);
  }

  // The loss, on the host: block of replicas by block, as the CPU adds it up.
  BatchLoss find_errors(const SequenceBatch& batch) {
    const BpttModel& model = limits_.model;
    const std::vector<real> outputs = outputs_.values(machine_);
    std::vector<real> errors(outputs.size());
    const std::uint32_t replicas = batch.replicas;
    BatchLoss result;
    for (std::uint32_t first = 0; first < replicas; first += kReplicaBlock) {
      BatchLoss block;
      for (std::uint32_t sample = 0; sample < kept_; ++sample)
        for (std::uint32_t r = first; r < std::min(first + kReplicaBlock, replicas); ++r) {
          const std::size_t at = std::size_t{sample} * model.outputs * replicas + r;
          const ReplicaOutputs<real> of{outputs.data() + at, errors.data() + at, replicas, model.outputs};
          output_errors(model, batch, r, model.skipped_samples + sample, of, block);
        }
      result.loss += block.loss;
      result.correct += block.correct;
    }
    errors_.show(machine_, errors);
    return result;
  }

  template <LifKind kKind>
  void backward() {
    run_backward(
        schedule_, [](std::uint32_t) {}, [&](std::uint32_t n) { run_step<kKind>(n, false, true); },
        [&](std::uint32_t n) { run_step_back<kKind>(n); });
  }

  template <LifKind kKind>
  void run_step_back(std::uint32_t n) {
    BackArguments a;
    a.step = n;
    a.last = n + 1 == schedule_.steps;
    a.tape = view_.tape + schedule_.row(n) * view_.all();
    a.share = share_after(n);
    if (a.share > 0)
      a.errors = view_.errors + std::size_t{counted(schedule_.sample(n))} * view_.outputs * view_.replicas;
    machine_.run(std::max<std::uint64_t>(view_.all(), limits_.weights * view_.blocks()), GatherBody{view_, a});
    machine_.run(view_.all(), AdjointBody<kKind>{view_, a});
  }

  // Blocks of replicas in their order.
  static void add_blocks(const std::vector<real>& parts, View<double> sum) {
    std::fill(sum.begin(), sum.end(), 0.0);
    for (std::size_t k = 0; k < parts.size(); ++k) sum[k % sum.size] += parts[k];
  }

  std::vector<SpikeEvent> list_spikes() {
    std::vector<SpikeEvent> result;
    const std::vector<std::uint8_t> spikes = spikes_.values(machine_);
    const std::size_t all = view_.all();
    for (std::size_t k = 0; k < spikes.size(); ++k)
      if (spikes[k] != 0)
        result.push_back({k / all, static_cast<std::uint32_t>(k % all / view_.replicas),
                          static_cast<std::uint32_t>(k % view_.replicas)});
    return result;
  }

  Machine machine_;
  BpttLimits limits_;
  BpttNetwork<real> network_;
  IncomingRows incoming_;
  std::vector<real> readout_;
  BpttSchedule schedule_;
  std::uint32_t kept_ = 0;  // samples whose traces are kept
  BpttView view_;
  real* states_at_ = nullptr;  // [state][u, i0, i1][neuron][replica]
  std::int32_t* refractory_at_ = nullptr;

  Array<LifConstants<real>> constants_;
  Array<IncomingSynapse> incoming_synapses_;
  Array<std::uint64_t> incoming_offsets_, offsets_;
  Array<std::uint32_t> sources_, targets_, delays_;
  Array<std::uint8_t> input_, spikes_;
  Array<std::int32_t> refractory_;
  Array<real> external_, initial_, current_gain_, weights_, readout_weights_, signal_, tape_, trace_, traces_, outputs_,
      errors_, d_trace_, d_spike_, a_u_, a_i0_, a_i1_, d_ring_, d_weights_, d_readout_, state_;
};

}  // namespace sprig::kernel
