#include "kernels/dynamics/device_arrivals.cuh"

#include <string>

#include "kernels/core/cuda_context.cuh"
#include "kernels/core/exclusive_sum.cuh"
#include "kernels/core/launch.cuh"
#include "sprig/core/error.hpp"

namespace sprig::cuda {

namespace {

template <class Deliveries>
__global__ void count_arrivals_kernel(const __grid_constant__ TangentView network, const __grid_constant__ Deliveries deliveries,
                             std::uint32_t* counts, std::uint64_t* total) {
  CudaContext ctx;
  kernel::count_arrivals(ctx, network, deliveries, counts, total);
}

template <class Deliveries>
__global__ void place_kernel(const __grid_constant__ TangentView network, const __grid_constant__ Deliveries deliveries,
                             std::uint32_t* ends, kernel::Arrival* arrivals) {
  CudaContext ctx;
  kernel::place_arrivals(ctx, network, deliveries, ends, arrivals);
}

__global__ void order_kernel(const __grid_constant__ TangentView network, std::uint64_t cells,
                             const std::uint32_t* ends, kernel::Arrival* arrivals) {
  CudaContext ctx;
  kernel::order_arrivals(ctx, network, cells, ends, arrivals);
}

std::uint64_t deliverers(const kernel::FlightDeliveries& d) { return d.last - d.first; }
std::uint64_t deliverers(const kernel::ListedDeliveries& d) { return d.count; }

}  // namespace

template <class Deliveries>
bool DeviceArrivals::find(const TangentView& network, const Deliveries& deliveries, std::uint32_t steps,
                          std::uint64_t most, const Stream& stream) {
  const std::uint64_t cells = std::uint64_t{network.neurons} * steps;
  const std::uint32_t blocks = resident_blocks(8);
  const Grid by_warps = grid_for(deliverers(deliveries) * kWarp, kThreads, blocks);
  ends_.reserve(cells, "tangent arrivals");
  ends_.fill_zero(stream);
  total_.fill_zero(stream);
  launch("counting arrivals", by_warps, stream, count_arrivals_kernel<Deliveries>, network, deliveries, ends_.data(),
         total_.data());
  const std::uint64_t total = total_.to_host(stream)[0];
  if (total > most && steps > 1) return false;
  if (total >> 32 != 0)
    throw MemoryError("tangent arrivals", std::to_string(total) + " at a time, at most 4294967295 are supported");
  if (total == 0) return true;
  arrivals_.reserve(total, "tangent arrivals");
  exclusive_sum(scratch_, "summing up arrivals", ends_, cells, stream);
  launch("placing arrivals", by_warps, stream, place_kernel<Deliveries>, network, deliveries, ends_.data(),
         arrivals_.data());
  launch("ordering arrivals", grid_for(cells, kThreads, blocks), stream, order_kernel, network, cells, ends_.data(),
         arrivals_.data());
  stream.synchronize();
  return true;
}

template bool DeviceArrivals::find(const TangentView&, const kernel::FlightDeliveries&, std::uint32_t, std::uint64_t,
                                   const Stream&);
template bool DeviceArrivals::find(const TangentView&, const kernel::ListedDeliveries&, std::uint32_t, std::uint64_t,
                                   const Stream&);

}  // namespace sprig::cuda
