// Classifying images with a spiking network: rate-coded pixels -> recurrent layer -> filtered spike traces at a few
// times of the presentation -> ridge readout on one-hot targets.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "sprig/coding/image_encoder.hpp"
#include "sprig/core/fields.hpp"
#include "sprig/core/progress.hpp"
#include "sprig/engine/simulation.hpp"
#include "sprig/network/network.hpp"
#include "sprig/tasks/images.hpp"
#include "sprig/tasks/trained.hpp"

namespace sprig {

struct ClassificationOptions : ImageEncoding {
  std::string system = "mnist";
  std::string folder;  // with the set's files
  // Images: the first of the set's training part, those after them, the first of its test part.
  std::uint64_t train = 10'000, validation = 2'000, test = 10'000;
  std::uint32_t windows = 2;  // equal parts of the presentation; the traces at the end of each are features
  double trace_tau_ms = 200;  // of the filtered spike trace
  bool square = false;        // features also hold the squared trace
  std::vector<double> lambdas{1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1};
  std::uint32_t batch = 100;  // images simulated at once, as replicas; never changes a result
  InputLimits limits;         // of the set's files
};
void fields(IsOptions<ClassificationOptions> auto& o, auto&& visit) {
  visit("folder", o.folder, kAnything, "images: the folder with the set's files; MNIST's may be .gz");
  visit("image_train", o.train, between(1, 10'000'000), "the first images of the training part");
  visit("image_validation", o.validation, between(1, 10'000'000), "the images after them");
  visit("image_test", o.test, between(1, 10'000'000), "the first images of the test part");
  visit("image_steps", o.steps, between(1, 100'000), "simulation steps an image is presented");
  visit("image_rate_hz", o.rate_hz, above(0), "of a white pixel's Poisson spikes");
  visit("image_patch", o.patch, between(0, 32768),
        "a neuron listens within a random square of so many pixels a side; 0: the whole image");
  visit("image_density", o.density, kDensity, "to this fraction of the pixels there");
  visit("image_weight", o.weight, at_least(0), "of an input synapse: uniform in (-w, w)");
  visit("image_windows", o.windows, between(1, 100'000),
        "parts of a presentation at the end of which traces are read; divides image_steps");
  visit("image_trace_tau_ms", o.trace_tau_ms, above(0), "of the filtered spike trace");
  visit("image_batch", o.batch, between(1, 65536), "images simulated at once; never changes a result");
}

struct ClassificationScore {
  double accuracy = 0, validation_accuracy = 0;
  std::array<std::array<std::uint64_t, kImageClasses>, kImageClasses> confusion{};  // test images, [label][answer]
  double lambda = 0;                                                                // chosen ridge strength
  double sops = 0;             // synaptic operations per test image: recurrent spikes x out-degree
  double sops_readout = 0;     // and the readout's: a spike is added to 10 sums in every window that it counts in
  double rate_hz = 0;          // mean rate over the test images
  double silent_fraction = 0;  // neurons that never fired during training
};

// The network is not changed; its input layer is replaced by the task's encoder. Every image starts from the network's
// initial state, and draws (its own, and the drive's, which is keyed as replica simulation.first_replica + image) are
// its own whatever the batch; simulation.replicas is not used. trained: is given what the score came of; null: nobody
// wants it. Errors: ConfigError naming the key (task.*), InputError
// for a file, MemoryError, NumericalError, Interrupted.
ClassificationScore evaluate_classification(const Network& network, const Drive& drive,
                                            const SimulationOptions& simulation, const ClassificationOptions& options,
                                            std::uint32_t seed, const Progress& progress = {},
                                            TrainedTask* trained = nullptr);

// The spikes under the first `samples` training images, each from the network's initial state, one after the other as
// if in one run of one replica: image k in steps [k, k + 1) x options.steps. Steps, spikes, nothing else. Errors: as
// above; ConfigError for more images than options.train.
Recording record_classification(const Network& network, const Drive& drive, const SimulationOptions& simulation,
                                const ClassificationOptions& options, std::uint32_t seed, std::uint64_t samples,
                                const Progress& progress = {});

}  // namespace sprig
