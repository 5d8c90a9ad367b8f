// The loops over neurons and synapses, for each width of a tile and each width of the processor's registers. What
// limits them is the second cache, through which a tile's rows go in every step.
#include "host/dynamics/tangent_sweep.hpp"

#include <type_traits>

namespace sprig::cpu {

namespace {

template <std::uint32_t kCurrents>
using Currents = std::integral_constant<std::uint32_t, kCurrents>;

template <std::uint32_t kCurrents, class Row>
inline __attribute__((always_inline)) void flow(const TangentView& t, const std::uint8_t* flags, Row* frame) {
  const std::size_t n = t.neurons;
  for (std::size_t i = 0; i < n; ++i) {
    Row *v = frame + i, *current_0 = v + n, *current_1 = v + 2 * n;
    if ((flags[i] & kFrozen) == 0)
      tangent_flow_rows(t, i, v, current_0, current_1, std::true_type(), Currents<kCurrents>());
    else
      tangent_flow_rows(t, i, v, current_0, current_1, std::false_type(), Currents<kCurrents>());
  }
}

template <std::uint32_t kCurrents, class Row>
inline __attribute__((always_inline)) void deliver(const TangentView& t, const TangentDelivery& delivery,
                                                   const std::uint8_t* flags, const Row* payloads, Row* frame) {
  const std::uint32_t n = t.neurons;
  const Row* const payload = payloads + delivery.slot;
  for (std::uint64_t k = delivery.begin; k < delivery.end; ++k) {
    const std::uint32_t cell = t.cells[k], i = cell < n ? cell : cell - n;
    tangent_arrival_rows(t, t.weights[k], i, (flags[i] & kDeaf) != 0, cell >= n, payload, frame + i, frame + n + cell,
                         Currents<kCurrents>());
  }
}

template <std::uint32_t kCurrents, class Row>
inline __attribute__((always_inline)) void sweep(const TangentView t, const SaltationChunk& chunk, Row* frame,
                                                 Row* payloads) {
  for (std::size_t step = 0; step < chunk.steps; ++step) {
    const std::uint8_t* flags = chunk.flags.data() + step * t.neurons;
    saltation_step(
        t, [&]() __attribute__((always_inline)) { flow<kCurrents>(t, flags, frame); },
        [&]() __attribute__((always_inline)) {
          for (std::uint64_t e = chunk.event_offsets[step]; e < chunk.event_offsets[step + 1]; ++e)
            tangent_event(chunk.events[e], frame, payloads);
        },
        [&]() __attribute__((always_inline)) {
          for (std::uint64_t d = chunk.delivery_offsets[step]; d < chunk.delivery_offsets[step + 1]; ++d)
            deliver<kCurrents>(t, chunk.deliveries[d], flags, payloads, frame);
        });
  }
}

template <class Row>
inline __attribute__((always_inline)) void sweep_rows(const TangentView& network, const SaltationChunk& chunk,
                                                      Tile& tile) {
  Row *frame = tile_rows<Row>(tile.frame), *payloads = tile_rows<Row>(tile.payload);
  if (network.current_rows == 0)
    sweep<0>(network, chunk, frame, payloads);
  else if (network.current_rows == 1)
    sweep<1>(network, chunk, frame, payloads);
  else
    sweep<2>(network, chunk, frame, payloads);
}

#if defined(SPRIG_WIDE_TARGET)
template <std::size_t kRegisters>
SPRIG_WIDE_TARGET void sweep_wide(const TangentView& network, const SaltationChunk& chunk, Tile& tile) {
  sweep_rows<TileRow<64, kRegisters>>(network, chunk, tile);
}
#endif

template <std::size_t kRegisters>
void sweep_narrow(const TangentView& network, const SaltationChunk& chunk, Tile& tile) {
  sweep_rows<TileRow<32, kRegisters>>(network, chunk, tile);
}

}  // namespace

void sweep_tile(const TangentView& network, const SaltationChunk& chunk, Tile& tile, std::uint32_t width) {
#if defined(SPRIG_WIDE_TARGET)
  if (wide_vectors())
    return (width == 8 ? sweep_wide<1> : width == 16 ? sweep_wide<2> : sweep_wide<4>)(network, chunk, tile);
#endif
  (width == 8 ? sweep_narrow<2> : sweep_narrow<4>)(network, chunk, tile);
}

}  // namespace sprig::cpu
