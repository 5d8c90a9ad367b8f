// The loops over neurons and synapses, for each width of a tile and each width of the processor's registers. What
// limits them is the second cache, through which a tile's rows go in every step.
#include "host/dynamics/tangent_sweep.hpp"

#include <type_traits>

namespace sprig::cpu {

namespace {

template <std::uint32_t kCurrents>
using Currents = std::integral_constant<std::uint32_t, kCurrents>;

// Neuron after neuron, all of a step at once: what a step does to a neuron's rows asks for no other neuron's, for what
// it brings was there before the step.
template <std::uint32_t kCurrents, class Row>
inline __attribute__((always_inline)) void sweep_step(const TangentView& t, const std::uint8_t* flags,
                                                      const TangentEvent* event, const TangentEvent* last_event,
                                                      const std::uint64_t* offsets,
                                                      const StepArrivals::Arrival* arrivals, Row* frame,
                                                      Row* payloads) {
  const std::size_t n = t.neurons;
  for (std::size_t i = 0; i < n; ++i) {
    Row* const rows[] = {frame + i, frame + i + n, frame + i + 2 * n};
    Row v = *rows[0], current_0{}, current_1{};  // in registers until all of the step is in them
    if (kCurrents >= 1) current_0 = *rows[1];
    if (kCurrents == 2) current_1 = *rows[2];
    saltation_step(
        t,
        [&]() __attribute__((always_inline)) {
          if ((flags[i] & kFrozen) == 0)
            tangent_flow_rows(t, i, &v, &current_0, &current_1, std::true_type(), Currents<kCurrents>());
          else
            tangent_flow_rows(t, i, &v, &current_0, &current_1, std::false_type(), Currents<kCurrents>());
        },
        [&]() __attribute__((always_inline)) {
          if (event != last_event && event->neuron == i) tangent_event(*event++, &v, payloads);
        },
        [&]() __attribute__((always_inline)) {
          const bool deaf = (flags[i] & kDeaf) != 0;
          for (const StepArrivals::Arrival *a = arrivals + offsets[i], *end = arrivals + offsets[i + 1]; a != end; ++a)
            if (kCurrents == 2 && a->second)
              tangent_arrival_rows(t, a->weight, i, deaf, true, payloads + a->slot, &v, &current_1,
                                   Currents<kCurrents>());
            else
              tangent_arrival_rows(t, a->weight, i, deaf, false, payloads + a->slot, &v, &current_0,
                                   Currents<kCurrents>());
        });
    *rows[0] = v;
    if (kCurrents >= 1) *rows[1] = current_0;
    if (kCurrents == 2) *rows[2] = current_1;
  }
}

template <std::uint32_t kCurrents, class Row>
inline __attribute__((always_inline)) void sweep(const TangentView t, const SaltationChunk& chunk,
                                                 const StepArrivals& arrivals, Row* frame, Row* payloads) {
  for (std::uint32_t k = 0; k < arrivals.steps(); ++k) {
    const std::size_t step = arrivals.first() + k;
    const TangentEvent* events = chunk.events.data();
    sweep_step<kCurrents>(t, chunk.flags.data() + step * t.neurons, events + chunk.event_offsets[step],
                          events + chunk.event_offsets[step + 1], arrivals.offsets(k), arrivals.arrivals(), frame,
                          payloads);
  }
}

template <class Row>
inline __attribute__((always_inline)) void sweep_rows(const TangentView& network, const SaltationChunk& chunk,
                                                      const StepArrivals& arrivals, Tile& tile) {
  Row *frame = tile_rows<Row>(tile.frame), *payloads = tile_rows<Row>(tile.payload);
  if (network.current_rows == 0)
    sweep<0>(network, chunk, arrivals, frame, payloads);
  else if (network.current_rows == 1)
    sweep<1>(network, chunk, arrivals, frame, payloads);
  else
    sweep<2>(network, chunk, arrivals, frame, payloads);
}

#if defined(SPRIG_WIDE_TARGET)
template <std::size_t kRegisters>
SPRIG_WIDE_TARGET void sweep_wide(const TangentView& network, const SaltationChunk& chunk, const StepArrivals& arrivals,
                                  Tile& tile) {
  sweep_rows<TileRow<64, kRegisters>>(network, chunk, arrivals, tile);
}
#endif

template <std::size_t kRegisters>
void sweep_narrow(const TangentView& network, const SaltationChunk& chunk, const StepArrivals& arrivals, Tile& tile) {
  sweep_rows<TileRow<32, kRegisters>>(network, chunk, arrivals, tile);
}

}  // namespace

void sweep_tile(const TangentView& network, const SaltationChunk& chunk, const StepArrivals& arrivals, Tile& tile,
                std::uint32_t width) {
#if defined(SPRIG_WIDE_TARGET)
  if (wide_vectors())
    return (width == 8 ? sweep_wide<1> : width == 16 ? sweep_wide<2> : sweep_wide<4>)(network, chunk, arrivals, tile);
#endif
  (width == 8 ? sweep_narrow<2> : sweep_narrow<4>)(network, chunk, arrivals, tile);
}

}  // namespace sprig::cpu
