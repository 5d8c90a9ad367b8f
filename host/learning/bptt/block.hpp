// Some replicas of a batch through time and back, on one thread: the unit of work of backpropagation through time.
// Arrays are [neuron][lane], a lane being a replica, so that every inner loop is over lanes that lie side by side.
// Forward: step by step as the engine does. Backward: segment by segment, each run again from its checkpoint.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "host/learning/bptt/readout.hpp"
#include "sprig/engine/drive.hpp"
#include "sprig/learning/bptt/network.hpp"
#include "sprig/neuron/lif_adjoint.hpp"

namespace sprig::cpu {

// What spikes are, and how many replicas go side by side.
struct StepSpikes {
  using Scalar = real;
  static constexpr std::size_t kLanes = kReplicaBlock;

  template <LifKind kKind>
  static Scalar step(LifState<Scalar>& s, const LifConstants<Scalar>& c, Scalar arrivals0, Scalar arrivals1,
                     Scalar external, Scalar, Scalar& u_before) {
    LifProbe<Scalar> probe;
    const bool spike = lif_step<kKind>(s, c, arrivals0, arrivals1, external, &probe);
    u_before = probe.u_before;
    return spike ? Scalar{1} : Scalar{0};
  }
  // Of a neuron that was not held.
  static Scalar spike(Scalar u_before, const LifConstants<Scalar>& c, Scalar) {
    return u_before >= c.v_th ? Scalar{1} : Scalar{0};
  }
};

struct SmoothSpikes {
  using Scalar = double;
  static constexpr std::size_t kLanes = 4;

  template <LifKind kKind>
  static double step(LifState<double>& s, const LifConstants<double>& c, double arrivals0, double arrivals1,
                     double external, double gain, double& u_before) {
    return lif_smooth_step<kKind>(s, c, arrivals0, arrivals1, external, gain, u_before);
  }
  static double spike(double u_before, const LifConstants<double>& c, double gain) {
    return surrogate_spike(surrogate_argument(u_before, c), gain);
  }
};

template <class T>
class BpttBlock {
 public:
  virtual ~BpttBlock() = default;
  // Replicas [first, first + live) of the batch. d_weights null: the loss alone; else the block's part of the gradient
  // is put there (recurrent synapses) and into d_readout. Spikes are appended where they are wanted.
  virtual BatchLoss run(const SequenceBatch& batch, std::uint32_t first, std::uint32_t live, T* d_weights, T* d_readout,
                        std::vector<SpikeEvent>* spikes) = 0;
};

template <LifKind kKind, class Spikes>
class LaneBlock final : public BpttBlock<typename Spikes::Scalar> {
  using T = typename Spikes::Scalar;
  static constexpr std::size_t L = Spikes::kLanes;
  static constexpr bool kExponential = kKind.synapse == Synapse::exponential;
  static constexpr bool kTwo = kKind.receptors == 2;

 public:
  // References must outlive the block; what they refer to may change between calls.
  LaneBlock(const BpttNetwork<T>& network, const BpttModel& model, const BpttReadout<T>& readout)
      : network_(network),
        model_(model),
        readout_(readout, model, network.neurons),
        gain_(static_cast<T>(model.surrogate_gain)),
        steps_(model.samples * model.steps_per_sample),
        interval_(checkpoint_interval(model)),
        cells_(std::size_t{network.neurons} * L),
        ring_size_(std::size_t{network.cells()} * L) {
    state_.resize(network);
    for (auto* values : {&external_, &trace_, &spike_, &d_trace_, &d_spike_, &a_u_}) values->assign(cells_, 0);
    if (kExponential) a_i_[0].assign(cells_, 0);
    if (kExponential && kTwo) a_i_[1].assign(cells_, 0);
    tape_.resize(interval_ * cells_);
    active_.resize(interval_);
    d_ring_.resize(network.slots * ring_size_);
    due_.resize(network.slots + 1);
  }

  BatchLoss run(const SequenceBatch& batch, std::uint32_t first, std::uint32_t live, T* d_weights, T* d_readout,
                std::vector<SpikeEvent>* spikes) override {
    batch_ = &batch;
    first_ = first;
    live_ = live;
    list_input();
    forward(d_weights != nullptr, d_readout, spikes);
    const BatchLoss result = readout_.finish(batch, first, live, d_readout);
    if (d_weights != nullptr) backward(d_weights);
    return result;
  }

 private:
  // Everything that a step reads and changes.
  struct State {
    std::vector<T> u, i0, i1, ring;  // ring: [slot][cell][lane], slot = step mod slots
    std::vector<std::int32_t> refractory;

    void resize(const BpttNetwork<T>& network) {
      const std::size_t cells = std::size_t{network.neurons} * L;
      u.resize(cells);
      refractory.resize(cells);
      if (kExponential) i0.resize(cells);
      if (kExponential && kTwo) i1.resize(cells);
      ring.resize(network.slots * std::size_t{network.cells()} * L);
    }
    void reset(const BpttNetwork<T>& network) {
      for (std::size_t cell = 0; cell < u.size(); ++cell) u[cell] = network.initial[cell / L];
      for (auto* values : {&i0, &i1, &ring}) std::fill(values->begin(), values->end(), T{0});
      std::fill(refractory.begin(), refractory.end(), 0);
    }
  };

  // The neurons that fired in a step, ascending, each with its lanes' spikes.
  struct Active {
    std::vector<std::uint32_t> sources;
    std::vector<T> spikes;
    void clear() {
      sources.clear();
      spikes.clear();
    }
  };
  struct InputSpike {
    std::uint32_t step, channel, lane;
  };

  void list_input() {
    input_.clear();
    for (const Input::Spike& spike : batch_->input.spikes)
      if (spike.replica - first_ < live_) input_.push_back({spike.step, spike.channel, spike.replica - first_});
  }

  // Where in a ring the arrivals of step + delay are, by delay.
  void find_due(T* ring, std::uint32_t step, std::vector<T*>& due) const {
    for (std::uint32_t delay = 0; delay < due.size(); ++delay)
      due[delay] = ring + (step + delay) % network_.slots * ring_size_;
  }

  // Adds a source's spikes to the arrivals that its synapses make them.
  void deliver(const BpttSynapses<T>& synapses, std::uint32_t source, const T* spikes) {
    for (std::uint64_t k = synapses.offsets[source]; k < synapses.offsets[source + 1]; ++k) {
      T* to = due_[synapses.delays[k]] + synapses.cells[k] * L;
      const T weight = synapses.weights[k];
#pragma omp simd
      for (std::size_t l = 0; l < L; ++l) to[l] = std::fma(weight, spikes[l], to[l]);
    }
  }

  void set_external(std::uint32_t step) {
    const Input& input = batch_->input;
    const std::int64_t sample = input.signal.empty() ? 0 : std::min(step / input.steps_per_sample, input.samples - 1);
    if (sample == external_sample_) return;
    external_sample_ = sample;
    const std::uint32_t channels = network_.signal_channels;
    for (std::size_t i = 0; i < network_.neurons; ++i)
      for (std::size_t l = 0; l < L; ++l) {
        T current = network_.external[i];
        if (!input.signal.empty() && l < live_)
          current = add_signal(current, network_.gain.data() + i * channels,
                               input.signal.data + ((first_ + l) * input.samples + sample) * channels, channels);
        external_[i * L + l] = current;
      }
  }

  // One step of all neurons, their spikes delivered. tape: null, or where u before the threshold is kept.
  void step(std::uint32_t n, T* tape, Active& active) {
    if (n % kSettleSteps == 0)
      for (auto* values : {&state_.u, &state_.i0, &state_.i1})
        for (T& value : *values) value = settle(value);
    set_external(n);
    find_due(state_.ring.data(), n, due_);
    T* ring = due_[0];
    for (std::size_t i = 0; i < network_.neurons; ++i) update(i, ring, tape);
    std::fill(ring, ring + ring_size_, T{0});
    active.clear();
    for (std::size_t i = 0; i < network_.neurons; ++i) {
      const T* spikes = spike_.data() + i * L;
      T any = 0;
      for (std::size_t l = 0; l < L; ++l) any = std::max(any, std::fabs(spikes[l]));
      if (any == 0) continue;
      active.sources.push_back(static_cast<std::uint32_t>(i));
      active.spikes.insert(active.spikes.end(), spikes, spikes + L);
    }
    for (; input_cursor_ < input_.size() && input_[input_cursor_].step == n; ++input_cursor_) {
      T spikes[L] = {};
      spikes[input_[input_cursor_].lane] = 1;
      deliver(network_.input, input_[input_cursor_].channel, spikes);
    }
    for (std::size_t a = 0; a < active.sources.size(); ++a)
      deliver(network_.recurrent, active.sources[a], active.spikes.data() + a * L);
  }

  void update(std::size_t i, const T* ring, T* tape) {
    const LifConstants<T> c = network_.constants[i];
    const std::size_t at = i * L;
    T *u = state_.u.data() + at, *i0 = kExponential ? state_.i0.data() + at : nullptr,
      *i1 = kExponential && kTwo ? state_.i1.data() + at : nullptr, *spike = spike_.data() + at;
    std::int32_t* refractory = state_.refractory.data() + at;
    const T *arrivals0 = ring + at, *arrivals1 = ring + (kTwo ? cells_ : 0) + at, *external = external_.data() + at;
    T unwanted[L];
    T* before = tape != nullptr ? tape + at : unwanted;
    const T gain = gain_;
#pragma omp simd
    for (std::size_t l = 0; l < L; ++l) {
      LifState<T> s;
      s.u = u[l];
      s.refractory = refractory[l];
      if constexpr (kExponential) s.i[0] = i0[l];
      if constexpr (kExponential && kTwo) s.i[1] = i1[l];
      const bool held = s.refractory > 0;
      T u_before;
      spike[l] = Spikes::template step<kKind>(s, c, arrivals0[l], arrivals1[l], external[l], gain, u_before);
      before[l] = held ? kHeldTape<T> : u_before;
      u[l] = s.u;
      refractory[l] = s.refractory;
      if constexpr (kExponential) i0[l] = s.i[0];
      if constexpr (kExponential && kTwo) i1[l] = s.i[1];
    }
  }

  // The whole sequence: checkpoints are kept, and the last segment's tape, when there is a way back.
  void forward(bool keep, T* d_readout, std::vector<SpikeEvent>* spikes) {
    state_.reset(network_);
    readout_.start();
    std::fill(trace_.begin(), trace_.end(), T{0});
    external_sample_ = -1;
    input_cursor_ = 0;
    checkpoints_.resize(keep ? (steps_ + interval_ - 1) / interval_ : 0);
    cursors_.clear();
    const T decay = readout_.decay();
    for (std::uint32_t n = 0; n < steps_; ++n) {
      const std::uint32_t in_segment = n % interval_, segment = n / interval_;
      if (keep && in_segment == 0) {
        checkpoints_[segment] = state_;
        cursors_.push_back(input_cursor_);
      }
      const bool record = keep && segment + 1 == checkpoints_.size();
      Active& active = active_[record ? in_segment : 0];
      step(n, record ? tape_.data() + in_segment * cells_ : nullptr, active);
      if (spikes != nullptr) append_spikes(active, n, *spikes);
#pragma omp simd
      for (std::size_t cell = 0; cell < cells_; ++cell) trace_[cell] = std::fma(decay, trace_[cell], spike_[cell]);
      if ((n + 1) % model_.steps_per_sample == 0)
        readout_.sample(n / model_.steps_per_sample, trace_.data(), *batch_, first_, live_, keep ? d_readout : nullptr);
    }
  }

  void append_spikes(const Active& active, std::uint32_t n, std::vector<SpikeEvent>& spikes) const {
    for (std::size_t a = 0; a < active.sources.size(); ++a)
      for (std::uint32_t l = 0; l < live_; ++l)
        if (active.spikes[a * L + l] != 0) spikes.push_back({n, active.sources[a], first_ + l});
  }

  void backward(T* d_weights) {
    for (auto* values : {&d_trace_, &a_u_, &a_i_[0], &a_i_[1], &d_ring_})
      std::fill(values->begin(), values->end(), T{0});
    std::fill(d_weights, d_weights + network_.recurrent.cells.size(), T{0});
    for (std::size_t segment = checkpoints_.size(); segment-- > 0;) {
      const auto begin = static_cast<std::uint32_t>(segment * interval_), end = std::min(begin + interval_, steps_);
      if (segment + 1 < checkpoints_.size()) {
        state_ = checkpoints_[segment];
        input_cursor_ = cursors_[segment];
        external_sample_ = -1;
        for (std::uint32_t n = begin; n < end; ++n) step(n, tape_.data() + (n - begin) * cells_, active_[n - begin]);
      }
      for (std::uint32_t n = end; n-- > begin;)
        step_back(n, tape_.data() + (n - begin) * cells_, active_[n - begin], d_weights);
    }
  }

  void step_back(std::uint32_t n, const T* tape, const Active& active, T* d_weights) {
    if ((n + 1) % model_.steps_per_sample == 0) readout_.add_error(n / model_.steps_per_sample, d_trace_.data());
    find_due(d_ring_.data(), n, due_);
    gather_errors();
    add_gradients(active, d_weights);
    const T decay = readout_.decay();
    for (T& d : d_trace_) d *= decay;
    for (std::size_t i = 0; i < network_.neurons; ++i) adjoint(i, tape, due_[0]);
  }

  // dL/ds: by the trace, and by what a spike's synapses deliver later. Four synapses at a time, so that the sum stays
  // in registers for that long; added up in their order all the same.
  void gather_errors() {
    const BpttSynapses<T>& synapses = network_.recurrent;
    const auto from = [&](std::uint64_t k) { return due_[synapses.delays[k]] + synapses.cells[k] * L; };
    const T* weights = synapses.weights.data();
    for (std::size_t j = 0; j < network_.neurons; ++j) {
      T sum[L];
      std::copy_n(d_trace_.data() + j * L, L, sum);
      std::uint64_t k = synapses.offsets[j];
      const std::uint64_t end = synapses.offsets[j + 1];
      for (; k + 4 <= end; k += 4) {
        const T *f0 = from(k), *f1 = from(k + 1), *f2 = from(k + 2), *f3 = from(k + 3);
        const T w0 = weights[k], w1 = weights[k + 1], w2 = weights[k + 2], w3 = weights[k + 3];
#pragma omp simd
        for (std::size_t l = 0; l < L; ++l)
          sum[l] = std::fma(w3, f3[l], std::fma(w2, f2[l], std::fma(w1, f1[l], std::fma(w0, f0[l], sum[l]))));
      }
      for (; k < end; ++k) {
        const T* f = from(k);
        const T w = weights[k];
#pragma omp simd
        for (std::size_t l = 0; l < L; ++l) sum[l] = std::fma(w, f[l], sum[l]);
      }
      std::copy_n(sum, L, d_spike_.data() + j * L);
    }
  }

  // dL/dw: for every spike, what its arrival is worth. Lanes ascending.
  void add_gradients(const Active& active, T* d_weights) const {
    const BpttSynapses<T>& synapses = network_.recurrent;
    for (std::size_t a = 0; a < active.sources.size(); ++a) {
      std::size_t lanes[L], count = 0;
      const T* spikes = active.spikes.data() + a * L;
      for (std::size_t l = 0; l < live_; ++l)
        if (spikes[l] != 0) lanes[count++] = l;
      const std::uint32_t j = active.sources[a];
      for (std::uint64_t k = synapses.offsets[j]; k < synapses.offsets[j + 1]; ++k) {
        const T* from = due_[synapses.delays[k]] + synapses.cells[k] * L;
        T sum = 0;
        for (std::size_t c = 0; c < count; ++c) sum = std::fma(spikes[lanes[c]], from[lanes[c]], sum);
        d_weights[k] += sum;
      }
    }
  }

  void adjoint(std::size_t i, const T* tape, T* ring) {
    const LifConstants<T> c = network_.constants[i];
    const std::size_t at = i * L;
    const T *before = tape + at, *d_spike = d_spike_.data() + at;
    T *a_u = a_u_.data() + at, *a_i0 = kExponential ? a_i_[0].data() + at : nullptr,
      *a_i1 = kExponential && kTwo ? a_i_[1].data() + at : nullptr, *d_arrivals0 = ring + at,
      *d_arrivals1 = ring + (kTwo ? cells_ : 0) + at;
    const T gain = gain_, through_reset = model_.detach_reset ? T{0} : T{1};
#pragma omp simd
    for (std::size_t l = 0; l < L; ++l) {
      const bool held = before[l] == kHeldTape<T>;
      const T u = held ? T{0} : before[l];
      const T spike = held ? T{0} : Spikes::spike(u, c, gain);
      LifAdjoint<T> a;
      a.u = a_u[l];
      if constexpr (kExponential) a.i[0] = a_i0[l];
      if constexpr (kExponential && kTwo) a.i[1] = a_i1[l];
      T d0 = 0, d1 = 0;
      lif_adjoint<kKind>(a, c, {u, spike, held}, d_spike[l], gain, through_reset, d0, d1);
      a_u[l] = a.u;
      if constexpr (kExponential) a_i0[l] = a.i[0];
      if constexpr (kExponential && kTwo) a_i1[l] = a.i[1];
      d_arrivals0[l] = d0;
      if constexpr (kTwo) d_arrivals1[l] = d1;
    }
  }

  const BpttNetwork<T>& network_;
  const BpttModel& model_;
  BlockReadout<T, L> readout_;
  T gain_;
  std::uint32_t steps_, interval_;  // T and K
  std::size_t cells_, ring_size_;

  const SequenceBatch* batch_ = nullptr;
  std::uint32_t first_ = 0, live_ = 0;
  std::vector<InputSpike> input_;
  std::size_t input_cursor_ = 0;
  std::int64_t external_sample_ = -1;

  State state_;
  std::vector<T> external_, trace_, spike_;
  std::vector<State> checkpoints_;
  std::vector<std::size_t> cursors_;  // into input_, of each checkpoint
  std::vector<T> tape_;               // [step of the segment][neuron][lane]
  std::vector<Active> active_;        // [step of the segment]

  std::vector<T> d_trace_, d_spike_, a_u_, a_i_[2];
  std::vector<T> d_ring_;  // dL/d(arrivals): [slot][cell][lane]
  std::vector<T*> due_;    // of the step at hand
};

}  // namespace sprig::cpu
