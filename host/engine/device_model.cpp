#include "sprig/engine/device_model.hpp"

namespace sprig {

namespace {

struct Model {
  std::string_view name, product;
  int compute_major, compute_minor, multiprocessors;
  int shared_kib;    // most that a block can ask for: a property of the compute capability (CUDA C++ Programming Guide)
  int l2_mib;        // NVIDIA's data sheets and architecture white papers, as are the columns after it
  double memory_gb;  // of 10^9 bytes
  double gb_per_s;
};
constexpr Model kModels[] = {
    {"a100-40", "NVIDIA A100 40GB", 8, 0, 108, 163, 40, 40, 1555},
    {"a100-80", "NVIDIA A100 80GB", 8, 0, 108, 163, 40, 80, 2039},
    {"a40", "NVIDIA A40", 8, 6, 84, 99, 6, 48, 696},
    {"rtx3090", "NVIDIA GeForce RTX 3090", 8, 6, 82, 99, 6, 24, 936},
    {"rtx4090", "NVIDIA GeForce RTX 4090", 8, 9, 128, 99, 72, 24, 1008},
    {"l4", "NVIDIA L4", 8, 9, 58, 99, 48, 24, 300},
    {"l40s", "NVIDIA L40S", 8, 9, 142, 99, 96, 48, 864},
    {"h100", "NVIDIA H100 SXM", 9, 0, 132, 227, 50, 80, 3350},
    {"h100-pcie", "NVIDIA H100 PCIe", 9, 0, 114, 227, 50, 80, 2000},
    {"h200", "NVIDIA H200", 9, 0, 132, 227, 50, 141, 4800},
};

}  // namespace

std::optional<cuda::DeviceInfo> device_model(std::string_view name) {
  for (const Model& model : kModels) {
    if (model.name != name) continue;
    cuda::DeviceInfo info;
    info.name = model.product;
    info.compute_major = model.compute_major;
    info.compute_minor = model.compute_minor;
    info.multiprocessors = model.multiprocessors;
    info.shared_per_block_bytes = static_cast<std::size_t>(model.shared_kib) << 10;
    info.l2_bytes = static_cast<std::size_t>(model.l2_mib) << 20;
    info.memory_bytes = info.free_bytes = static_cast<std::size_t>(1e9 * model.memory_gb);
    info.bytes_per_s = 1e9 * model.gb_per_s;
    return info;
  }
  return {};
}

std::string device_model_names() {
  std::string names;
  for (const Model& model : kModels) names.append(names.empty() ? "" : ", ").append(model.name);
  return names;
}

}  // namespace sprig
