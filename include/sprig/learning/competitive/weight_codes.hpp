// Weights of fewer than 32 bits: w = c q with a code c in 0 .. 2^b - 1 and the unit q = weight_max 2^-b, so that
// truncation keeps the first b fractional bits (lpSpikeCon, Putra & Shafique 2022) and the largest weight is
// weight_max - q. A new value x between two codes goes to the lower one (trunc), to the nearest, or to either with the
// probability that keeps its mean (stochastic): floor(x / q), floor(x / q + 1/2), floor(x / q + r).
//
// A draw r has 16 bits: with 8, an update of 0.0016 q, one of 1e-4 at 4 bits, would be drawn too coarsely. One Philox
// block serves eight neighbouring synapses, of a row (an input's) or of a column (a neuron's): stream feature_rounding,
// counter (which eight, image, 4 (first_step + t) + phase); after a presentation of T steps t = T.
#pragma once

#include <cstdint>

#include "sprig/core/hd.hpp"
#include "sprig/core/power.hpp"
#include "sprig/core/random.hpp"
#include "sprig/learning/competitive/competitive.hpp"

namespace sprig {

inline constexpr std::uint32_t kCodeGroup = 8;  // synapses of a Philox block
// A multiple of a group that holds `count`.
SPRIG_HD inline std::uint32_t groups_of(std::uint32_t count) { return (count + kCodeGroup - 1) / kCodeGroup; }

// What is rounded: each has other draws.
enum class RoundingPhase : std::uint32_t { row = 0, column = 1, decay = 2, norm = 3 };

struct WeightCodes {
  std::uint32_t bits = 32;
  float unit = 0, per_unit = 0;  // q, 1 / q
  std::uint32_t top = 0;         // the largest code

  SPRIG_HD float weight(std::uint32_t code) const { return static_cast<float>(code) * unit; }
};

// The code of a weight w in [0, top unit]. level: the fraction of the unit from which the upper code is taken, above 0.
// A weight that is a code's is that code at any level.
SPRIG_HD inline std::uint32_t rounded_code(const WeightCodes& codes, float w, float level) {
  const float scaled = w * codes.per_unit;
  const auto near = static_cast<std::int32_t>(scaled + 0.5f), low = static_cast<std::int32_t>(scaled);
  // A mask of bits alone: where it comes from a comparison, a compiler branches, and makes no vectors of it. Neither of
  // the two is -0.
  const std::uint32_t differs = float_bits(static_cast<float>(near) * codes.unit) ^ float_bits(w);
  const std::int32_t exact = ~(static_cast<std::int32_t>(differs | (0u - differs)) >> 31);
  const std::int32_t up = scaled - static_cast<float>(low) >= level ? 1 : 0;
  const std::int32_t code = (near & exact) | ((low + up) & ~exact);
  const auto top = static_cast<std::int32_t>(codes.top);
  return static_cast<std::uint32_t>(code < top ? code : top);
}

inline constexpr float kNeverUp = 2, kUpFromHalf = 0.5f;
// The level where none is drawn.
SPRIG_HD inline float level_undrawn(CodeRounding rounding) {
  return rounding == CodeRounding::trunc ? kNeverUp : kUpFromHalf;
}

// Stochastic rounding's level by 16 bits of a draw: the upper code is taken with the probability of the fraction.
SPRIG_HD inline float level_of_draw(std::uint32_t draw) { return static_cast<float>(draw + 1) * (1.0f / 65536); }

// Which draws a change of weights has.
struct RoundingDraws {
  std::uint32_t seed = 0, image = 0;
  std::uint64_t time = 0;  // 4 (first_step + t) + phase

  SPRIG_HD PhiloxBlock counter(std::uint32_t group) const {
    return {{group, image, static_cast<std::uint32_t>(time), static_cast<std::uint32_t>(time >> 32)}};
  }
  SPRIG_HD PhiloxBlock block(std::uint32_t group) const {
    return philox4x32(counter(group), seed, static_cast<std::uint32_t>(Stream::feature_rounding));
  }
  // Of a synapse of the group, by its place among the eight.
  SPRIG_HD static std::uint32_t draw(const PhiloxBlock& block, std::uint32_t lane) {
    return word_of_step(block, lane / 2) >> 16 * (lane % 2) & 0xFFFF;
  }
};
SPRIG_HD inline RoundingDraws rounding_draws(std::uint32_t seed, std::uint32_t image, std::uint64_t step,
                                             RoundingPhase phase) {
  return {seed, image, 4 * step + static_cast<std::uint32_t>(phase)};
}

}  // namespace sprig
