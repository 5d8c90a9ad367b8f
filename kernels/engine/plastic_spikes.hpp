// What a spike means to plastic synapses when it is emitted: the neuron's trace and list take it in at once. What its
// row's delivery must know of the time before is set aside, as a visit.
#pragma once

#include "kernels/engine/step_data.hpp"
#include "sprig/engine/plastic_update.hpp"

namespace sprig::kernel {

struct CatchUp {
  std::uint64_t known = 0;  // PlasticSlice::known, as of the step before
  std::uint32_t due = 0;    // in this step
  std::uint32_t unused = 0;
};

// The network is one slice of wide synapses; one replica. sources = null: nothing learns.
struct PlasticView {
  RowsView rows;
  WideSynapse* synapses = nullptr;  // those of `rows`
  StdpRule rule{};
  std::uint32_t source_first = 0, source_count = 0, target_first = 0, target_count = 0;
  TargetOfPlace target_of;
  StdpTrace* sources = nullptr;     // [source - source_first]
  SpikeHistory* targets = nullptr;  // [target - target_first]
  StdpVisit* visits = nullptr;      // [spike of the step]
  CatchUp* catch_up = nullptr;      // [stamp mod 2]: a step reads one and writes the next step's
};

// `place`: of the spike in the step's list; now: the step's stamp.
template <ExecutionContext Ctx>
SPRIG_KERNEL inline void list_spike(Ctx& ctx, const PlasticView& plastic, std::uint32_t neuron, std::uint32_t place,
                                    std::uint64_t now) {
  CatchUp* catch_up = plastic.catch_up + (now & 1);
  if (neuron - plastic.source_first < plastic.source_count) {
    StdpTrace& source = plastic.sources[neuron - plastic.source_first];
    plastic.visits[place] = visit_of(source, catch_up->known, now, plastic.rule);
    source.spike(now, plastic.rule.plus);
  }
  if (neuron - plastic.target_first < plastic.target_count) {
    SpikeHistory& history = plastic.targets[neuron - plastic.target_first];
    if (add_spike(history, now, catch_up->known, plastic.rule)) ctx.template store<Order::relaxed>(&catch_up->due, 1u);
  }
}

}  // namespace sprig::kernel
