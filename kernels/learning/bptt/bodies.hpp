// The kernels of kernel.hpp as objects, which is what a launch takes.
#pragma once

#include <cstdint>

#include "kernels/learning/bptt/kernel.hpp"

namespace sprig::kernel {

template <LifKind kKind>
struct StepBody {
  BpttView view;
  StepArguments arguments;
  template <ExecutionContext Ctx>
  SPRIG_KERNEL void operator()(Ctx& ctx) const {
    bptt_step<kKind>(ctx, view, arguments);
  }
};
template <LifKind kKind>
struct AdjointBody {
  BpttView view;
  BackArguments arguments;
  template <ExecutionContext Ctx>
  SPRIG_KERNEL void operator()(Ctx& ctx) const {
    bptt_adjoint<kKind>(ctx, view, arguments);
  }
};
struct GatherBody {
  BpttView view;
  BackArguments arguments;
  template <ExecutionContext Ctx>
  SPRIG_KERNEL void operator()(Ctx& ctx) const {
    bptt_gather(ctx, view, arguments);
  }
};
struct OutputsBody {
  BpttView view;
  std::uint32_t kept;
  template <ExecutionContext Ctx>
  SPRIG_KERNEL void operator()(Ctx& ctx) const {
    bptt_outputs(ctx, view, kept);
  }
};
struct ReadoutGradientBody {
  BpttView view;
  std::uint32_t kept;
  template <ExecutionContext Ctx>
  SPRIG_KERNEL void operator()(Ctx& ctx) const {
    bptt_readout_gradient(ctx, view, kept);
  }
};

}  // namespace sprig::kernel
