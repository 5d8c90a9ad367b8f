// What a learning system is to those who teach, keep, plan and show its models. A system is a folder
// learning/<system>/ in include, host and kernels; `sprig learn` and `sprig train` see of it what stands here, and
// nothing else. learning/systems.hpp lists those of `sprig train`.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "sprig/core/view.hpp"
#include "sprig/engine/simulation.hpp"

namespace sprig {

// Images in memory; draws of image i are keyed by first_id + i.
struct PixelImages {
  View<const std::uint8_t> data;  // [image][pixel]
  std::uint32_t pixels = 0;
  std::uint32_t first_id = 0;

  View<const std::uint8_t> image(std::uint64_t i) const { return {data.data + i * pixels, pixels}; }
};

// What was computed, for energy models.
struct LearningOperations {
  std::uint64_t neuron_updates = 0;   // leak, threshold, reset: one neuron, one step or event
  std::uint64_t synaptic_events = 0;  // a weight added to a neuron's input, excitatory or inhibitory
  std::uint64_t weight_updates = 0;   // a weight changed by plasticity, decay, normalisation or a gradient
  std::uint64_t powers = 0;           // w^mu in such an update, unless mu is 0 or 1
  std::uint64_t trace_updates = 0;
  std::uint64_t weight_reads = 0, weight_writes = 0;  // of memory, a weight each
  std::uint64_t state_bytes = 0;                      // of neurons and traces, read and written, 4 a number

  LearningOperations& operator+=(const LearningOperations& other);
};

// result: what was learnt, part of the hash of the result. state: what learning goes on from besides. constant: how
// the others are to be read; it follows from the options.
enum class ArrayRole : std::uint8_t { result, state, constant };

// One array of a model, where it lies in it. An empty one is not in the model's file.
struct LearntArray {
  std::string name;  // in the model's file
  std::variant<std::vector<float>*, std::vector<std::uint32_t>*> values;
  std::vector<std::uint64_t> shape;
  ArrayRole role = ArrayRole::result;
  const char* range = nullptr;  // under which name result.json has its mean, least and largest value

  std::size_t size() const {
    return std::visit([](const auto* list) { return list->size(); }, values);
  }
};

// What one model has learnt.
class LearningModel {
 public:
  virtual ~LearningModel() = default;
  virtual std::unique_ptr<LearningModel> copy() const = 0;
  virtual std::vector<LearntArray> arrays() = 0;
  // What whoever learns with it should know and no figure says; empty: nothing. One line.
  virtual std::string remark() const { return {}; }
};

// A model as a value.
class AnyModel {
 public:
  AnyModel() = default;
  AnyModel(std::unique_ptr<LearningModel> model) : model_(std::move(model)) {}
  AnyModel(const AnyModel& other) : model_(other.model_ ? other.model_->copy() : nullptr) {}
  AnyModel(AnyModel&&) noexcept = default;
  AnyModel& operator=(AnyModel other) noexcept {
    model_.swap(other.model_);
    return *this;
  }
  ~AnyModel() = default;

  LearningModel* get() const { return model_.get(); }
  LearningModel* operator->() const { return model_.get(); }
  LearningModel& operator*() const { return *model_; }

  // Its arrays; they are read into a model of the same options.
  static void persist(auto& self, auto& archive) {
    for (const LearntArray& array : self.model_->arrays()) {
      if (array.role == ArrayRole::constant) continue;
      const std::size_t size = array.size();
      std::visit([&](auto* values) { archive(*values); }, array.values);
      if constexpr (std::remove_reference_t<decltype(archive)>::kReads)
        if (array.size() != size) archive.refuse("has " + array.name + " of another size");
    }
  }

 private:
  std::unique_ptr<LearningModel> model_;
};

// Images that one model is presented with, in order.
struct LearningJob {
  LearningModel* model = nullptr;  // changed where it learns
  const PixelImages* images = nullptr;
  View<const std::uint8_t> labels;  // of all images: what a supervised system learns from
  View<const std::uint32_t> which;
  std::uint32_t pass = 0;  // over the images: another one, other draws
  bool learning = true;
  // Results.
  std::vector<std::uint32_t> counts;  // [presentation][output]: how strongly it answers
  std::uint64_t spikes = 0;           // emitted
  LearningOperations operations;
  std::string failure;  // of what is not finite, and where; the model is then void
};

// Memory of one model, in groups that plans name.
struct ModelBytes {
  // learnt: the model's arrays, of which a second copy is kept while a stage lasts. state: what it needs besides.
  // working: while images are presented, however many models there are.
  enum class Of : std::uint8_t { learnt, state, working };
  const char* name;
  double bytes = 0;
  Of of = Of::learnt;
};

// What one model holds in a round of so many: images a piece, whose counts are held, and pieces side by side.
struct PiecesAtOnce {
  std::size_t pieces, images;
};

// A system with its options.
class LearningSystem {
 public:
  virtual ~LearningSystem() = default;

  virtual std::string name() const = 0;       // of its models in tables, where they are not given one
  virtual std::uint32_t neurons() const = 0;  // of a model
  virtual double synapses(std::uint32_t inputs) const = 0;
  virtual std::uint32_t outputs() const = 0;  // neurons whose answers count
  virtual bool supervised() const = 0;        // outputs are the classes; else they are named by labelled images

  // Errors: ConfigError.
  virtual void check() const = 0;
  // Before any of it is allocated. at_once: models that are presented with images at the same time. Errors:
  // ConfigError, for what does not go with so many inputs.
  virtual std::vector<ModelBytes> bytes(std::uint32_t inputs, double at_once) const = 0;
  // gpu_blocks: multiprocessors of the GPU or GPUs, 0 on the CPU. Results do not depend on it.
  virtual PiecesAtOnce pieces_at_once(std::size_t models, bool learning, int gpu_blocks, int threads) const = 0;

  // Before anything was learnt. Errors: ConfigError.
  virtual std::unique_ptr<LearningModel> make(std::uint32_t inputs, std::uint32_t seed) const = 0;
  // Models that this system made, of whatever options; one that fails leaves the others alone. The same bits on every
  // device and with any number of threads. Errors: ConfigError, DeviceError, MemoryError; the models are then void.
  virtual void present(View<LearningJob> jobs, Device device, int threads) const = 0;
};

}  // namespace sprig
