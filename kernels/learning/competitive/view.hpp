// Models of competitive learning in a machine's memory, as the kernel reads them.
#pragma once

#include <cstdint>

#include "kernels/core/context.hpp"
#include "sprig/coding/pixel_spikes.hpp"
#include "sprig/learning/competitive/constants.hpp"
#include "sprig/learning/competitive/weights.hpp"

namespace sprig::kernel {

inline constexpr std::uint32_t kWord = 32;  // bits of a mask's word
inline constexpr std::uint32_t kOperations = 8;

// One model and what it is presented with.
struct CompetitiveModelView {
  CompetitiveConstants c;
  PixelCode code = PixelCode::poisson;
  std::uint32_t inputs = 0, images = 0;
  std::uint64_t first_step = 0;
  NumberWeights numbers = {};                                  // where weights have 32 bits, or for a presentation
  PackedWeights codes = {};                                    // else
  float *theta = nullptr, *spikes = nullptr, *slow = nullptr;  // the rest of the state
  const std::uint8_t* pixels = nullptr;                        // [image][pixel]
  const std::uint64_t* bounds = nullptr;                       // pixel_bounds()
  IntervalTablesView intervals = {};
  const std::uint32_t *which = nullptr, *ids = nullptr;  // of each presentation: the image in pixels; of its draws
  std::uint32_t* counts = nullptr;                       // [presentation][neuron], 0 at first
  std::uint64_t* operations = nullptr;                   // kOperations, in the order of LearningOperations
};

struct CompetitiveView {
  const CompetitiveModelView* models = nullptr;
  std::uint32_t count = 0, most_neurons = 0, most_inputs = 0;
  float* scratch = nullptr;          // of every block, where that is not shared memory
  std::uint64_t* failure = nullptr;  // of each model: presentation << 32 | neuron of the first that is not finite
};

// A block's working memory, words of 4 bytes: places follow from the sizes, so that a thread holds one pointer.
class CompetitiveScratch {
 public:
  SPRIG_HD CompetitiveScratch(float* words, std::uint32_t neurons, std::uint32_t inputs)
      : words_(words), neurons_(neurons), inputs_(inputs) {}

  SPRIG_HD static std::uint64_t size(std::uint64_t neurons, std::uint64_t inputs) {
    return kOfNeurons * neurons + kOfInputs * inputs + kWarp + kKept + 4 * (neurons / kWord + 1) +
           kKept * (inputs / kWord + 1 + inputs);
  }

  // Arrays with an entry a neuron.
  SPRIG_HD float& u(std::uint32_t j) const { return neuron<float>(0, j); }
  SPRIG_HD float& theta(std::uint32_t j) const { return neuron<float>(1, j); }
  SPRIG_HD float& y(std::uint32_t j) const { return neuron<float>(2, j); }
  SPRIG_HD float& z(std::uint32_t j) const { return neuron<float>(3, j); }
  SPRIG_HD float& down(std::uint32_t j) const { return neuron<float>(4, j); }
  SPRIG_HD float& up(std::uint32_t j) const { return neuron<float>(5, j); }
  SPRIG_HD float& u_inhibitory(std::uint32_t j) const { return neuron<float>(6, j); }
  SPRIG_HD float& theta_inhibitory(std::uint32_t j) const { return neuron<float>(7, j); }
  SPRIG_HD std::int32_t& refractory(std::uint32_t j) const { return neuron<std::int32_t>(8, j); }
  SPRIG_HD std::int32_t& refractory_inhibitory(std::uint32_t j) const { return neuron<std::int32_t>(9, j); }
  SPRIG_HD std::uint32_t& in_window(std::uint32_t j) const { return neuron<std::uint32_t>(10, j); }
  // Arrays with an entry an input.
  SPRIG_HD float& x(std::uint32_t p) const { return input<float>(0, p); }
  SPRIG_HD std::uint32_t& pre_count(std::uint32_t p) const { return input<std::uint32_t>(1, p); }
  SPRIG_HD std::uint32_t& next_spike(std::uint32_t p) const { return input<std::uint32_t>(2, p); }
  SPRIG_HD std::uint32_t& interval(std::uint32_t p) const { return input<std::uint32_t>(3, p); }
  // Arrays with an entry a warp; bits of neurons, for even and odd steps; of the inputs that spike, for kKept steps:
  // bits, a list of them, and its length.
  SPRIG_HD std::uint32_t* of_warp() const { return after_arrays(); }
  SPRIG_HD std::uint32_t* crossed() const { return after_arrays() + kWarp; }
  SPRIG_HD std::uint32_t* inhibiting() const { return crossed() + 2 * (neurons_ / kWord + 1); }
  SPRIG_HD std::uint32_t* fired(std::uint64_t time) const {
    return bits_of_inputs() + time % kKept * (inputs_ / kWord + 1);
  }
  SPRIG_HD std::uint32_t* list(std::uint64_t time) const {
    return bits_of_inputs() + kKept * (inputs_ / kWord + 1) + time % kKept * inputs_;
  }
  SPRIG_HD std::uint32_t& listed(std::uint64_t time) const {
    return (bits_of_inputs() + kKept * (inputs_ / kWord + 1 + inputs_))[time % kKept];
  }

 private:
  static constexpr std::uint32_t kOfNeurons = 11, kOfInputs = 4, kKept = 8;

  template <class T>
  SPRIG_HD T& neuron(std::uint32_t array, std::uint32_t j) const {
    return reinterpret_cast<T*>(words_)[array * neurons_ + j];
  }
  template <class T>
  SPRIG_HD T& input(std::uint32_t array, std::uint32_t p) const {
    return reinterpret_cast<T*>(words_)[kOfNeurons * neurons_ + array * inputs_ + p];
  }
  SPRIG_HD std::uint32_t* bits_of_inputs() const { return inhibiting() + 2 * (neurons_ / kWord + 1); }
  SPRIG_HD std::uint32_t* after_arrays() const {
    return reinterpret_cast<std::uint32_t*>(words_) + kOfNeurons * neurons_ + kOfInputs * inputs_;
  }

  float* words_;
  std::uint32_t neurons_, inputs_;
};

}  // namespace sprig::kernel
