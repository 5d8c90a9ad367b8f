#include "sprig/engine/gpu_plan.hpp"

#include "kernels/engine/resident_data.hpp"
#include "kernels/engine/resident_plan.hpp"
#include "sprig/core/error.hpp"
#include "sprig/engine/slices.hpp"

namespace sprig {

namespace {

std::string kib(std::size_t bytes) { return std::to_string((bytes + 1023) / 1024) + " KiB"; }

GpuPlan plain(const std::string& why) {
  GpuPlan plan;
  plan.why = why;
  return plan;
}

}  // namespace

std::string why_not_resident(bool learns, bool by_events) {
  if (learns) return "only the plain engine has synapses that learn";
  if (by_events) return "only the plain engine updates by events (run.update)";
  return "";
}

GpuPlan plan_gpu(const GpuNetwork& network, const SimulationOptions& options, const cuda::DeviceInfo& gpu) {
  if (options.cuda_engine == CudaEngine::plain) return plain("run.cuda_engine asks for it");
  kernel::ResidentShape shape;
  shape.neurons = shape.sources = network.neurons;
  shape.receptors = static_cast<std::uint32_t>(network.kind.currents());
  shape.min_delay = network.min_delay;
  shape.delay_slots = network.max_delay + 1;
  shape.replicas = options.replicas;
  shape.weight_bits = options.weight_bits;
  shape.step_ms = network.step_ms;
  const kernel::ResidentMachine machine{static_cast<std::uint32_t>(gpu.multiprocessors), gpu.shared_per_block_bytes,
                                        gpu.l2_bytes};
  kernel::ResidentPlan resident = kernel::plan_resident(shape, machine);
  std::string why_not = why_not_resident(network.learns, network.by_events);
  if (why_not.empty()) why_not = resident.refusal;
  if (why_not.empty()) {  // the slices that packing makes of those that are wished
    SlicePolicy policy{resident.slices, options.weight_bits, true};
    policy.most_neurons = resident.most_neurons;
    const SliceLayout layout =
        choose_layout(network.kind, network.neurons, 0, network.min_delay, network.max_delay, policy, {});
    kernel::ResidentWishes wishes;
    wishes.slices = layout.slices;
    shape.slice_first = layout.first;
    resident = kernel::plan_resident(shape, machine, wishes);
    why_not = layout.narrow
                  ? resident.refusal
                  : "delays of " + std::to_string(network.max_delay) + " steps do not fit synapses of 4 bytes";
  }
  if (!why_not.empty()) {
    if (options.cuda_engine == CudaEngine::resident) throw ConfigError("run.cuda_engine", "resident: " + why_not);
    return plain("not the resident one: " + why_not);
  }
  GpuPlan plan;
  plan.resident = true;
  plan.blocks = resident.blocks;
  plan.threads = resident.threads;
  plan.slices = resident.slices;
  const kernel::NearShape near{shape.sources};
  plan.shared_bytes = resident.near_steps > 0 ? resident.shared_bytes_with(near) : resident.shared_bytes;
  plan.places = resident.places;
  plan.ring_in_shared = resident.shared_ring_size > 0;
  plan.mailbox_bytes = std::uint64_t{kernel::kMailSets} * resident.blocks *
                       (std::uint64_t{resident.box_words} + resident.overflow_words) * sizeof(std::uint64_t);
  if (resident.near_steps > 0) plan.directory_bytes = resident.slices * near.directory_words() * sizeof(std::uint32_t);
  const std::string most = " (it has up to " + kib(gpu.shared_per_block_bytes) + ")";
  plan.why = std::to_string(plan.blocks) + (plan.blocks == 1 ? " block of " : " blocks of ") +
             std::to_string(plan.threads) + " threads, " +
             (plan.ring_in_shared ? "delay rings in shared memory, " + kib(plan.shared_bytes) + " a block" + most
                                  : "delay rings in device memory, for they do not fit into shared memory" + most);
  return plan;
}

}  // namespace sprig
