// How a model's weights are kept, [input][neuron]: numbers, or packed codes. A row of codes is of whole groups of eight
// neurons, each of bits / 4 words; codes of 5 and 6 bits live in bytes. So a group's words belong to whoever writes its
// eight weights, and those of two inputs are never in one word.
#pragma once

#include <cstdint>

#include "sprig/core/hd.hpp"
#include "sprig/learning/competitive/weight_codes.hpp"

namespace sprig {

// Bits that a weight takes in memory.
SPRIG_HD inline std::uint32_t stored_bits(std::uint32_t weight_bits) {
  return weight_bits == 5 || weight_bits == 6 ? 8 : weight_bits;
}
// 4-byte words of a row.
SPRIG_HD inline std::uint32_t words_of_row(std::uint32_t weight_bits, std::uint32_t neurons) {
  return weight_bits == 32 ? neurons : groups_of(neurons) * (stored_bits(weight_bits) / 4);
}

struct NumberWeights {
  float* numbers = nullptr;
  std::uint32_t neurons = 0;

  SPRIG_HD float load(std::uint32_t p, std::uint32_t j) const { return numbers[at(p, j)]; }
  SPRIG_HD void store(std::uint32_t p, std::uint32_t j, float w) const { numbers[at(p, j)] = w; }
  SPRIG_HD std::uint64_t at(std::uint32_t p, std::uint32_t j) const { return std::uint64_t{p} * neurons + j; }
};

struct PackedWeights {
  std::uint32_t* words = nullptr;
  std::uint32_t row_words = 0, stored = 0;  // words of a row, bits of a code in them
  WeightCodes codes = {};

  PackedWeights() = default;
  SPRIG_HD PackedWeights(std::uint32_t* words_, std::uint32_t neurons, const WeightCodes& codes_)
      : words(words_), row_words(words_of_row(codes_.bits, neurons)), stored(stored_bits(codes_.bits)), codes(codes_) {}

  SPRIG_HD float load(std::uint32_t p, std::uint32_t j) const { return codes.weight(code(p, j)); }
  SPRIG_HD std::uint32_t code(std::uint32_t p, std::uint32_t j) const {
    return *word(p, j) >> j * stored % 32 & ((1u << stored) - 1);
  }
  // Other codes of the word must not change meanwhile.
  SPRIG_HD void set(std::uint32_t p, std::uint32_t j, std::uint32_t code) const {
    const std::uint32_t shift = j * stored % 32, mask = ((1u << stored) - 1) << shift;
    std::uint32_t* const at = word(p, j);
    *at = (*at & ~mask) | code << shift;
  }
  SPRIG_HD std::uint32_t* word(std::uint32_t p, std::uint32_t j) const {
    return words + std::uint64_t{p} * row_words + std::uint64_t{j} * stored / 32;
  }
};

}  // namespace sprig
