// Training of a network's recurrent weights and of its readout by backpropagation through time and Adam.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include <Eigen/Dense>

#include "sprig/core/checkpoints.hpp"
#include "sprig/core/fields.hpp"
#include "sprig/core/progress.hpp"
#include "sprig/learning/bptt/adam.hpp"
#include "sprig/learning/bptt/bptt.hpp"

namespace sprig {

// Where sequences come from. All are of model.samples samples.
struct TrainingSet {
  std::uint32_t sequences = 0;
  // Makes `batch` hold the sequences `which` (each below `sequences`), replica r being which[r]; what its views show
  // must last until the next call. Counter-based: the same sequence in the same epoch is the same, whatever came before
  // (a rate code may draw new spikes in each epoch). Validation is always of epoch 0.
  std::function<void(std::uint32_t epoch, View<const std::uint32_t> which, SequenceBatch& batch)> fill;
};

struct BpttOptions {
  BpttModel model;
  Device device = Device::automatic;  // never changes a result
  // The rate of the recurrent weights is in units of their mean magnitude [ours]: so it does not depend on what weights
  // are in.
  double learning_rate = 0.01;
  double readout_learning_rate = 0.01;
  AdamOptions adam;
  double clip_norm = 1;  // longest gradient of a batch (recurrent weights in units of their mean); 0: any
  std::uint32_t epochs = 10;
  std::uint32_t batch = 64;    // sequences
  std::uint32_t patience = 3;  // epochs without a lower validation loss after which training ends; 0: it does not
  bool keep_sign = true;       // weights stop at 0 (Dale's law for what obeys it) [ours]; needed with two receptors
  std::uint32_t seed = 1;      // of the order of sequences
};
void fields(IsOptions<BpttOptions> auto& o, auto&& visit) {
  fields(o.model, visit);
  visit("learning_rate", o.learning_rate, at_least(0),
        "bptt: Adam's, of recurrent weights in units of their mean magnitude");
  visit("readout_learning_rate", o.readout_learning_rate, at_least(0), "bptt: Adam's, of the readout");
  visit("clip_norm", o.clip_norm, at_least(0), "bptt: longest gradient of a batch; 0: any");
  visit("epochs", o.epochs, between(1, 1'000'000), "bptt: at most");
  visit("batch", o.batch, between(1, 65536), "bptt: sequences a step");
  visit("patience", o.patience, between(0, 1'000'000),
        "bptt: epochs without a lower validation loss before it ends; 0: it does not");
  visit("keep_sign", o.keep_sign, kAnything, "bptt: weights stop at 0; must be true with two receptors");
}

struct BpttEpoch {
  double training_loss = 0;                               // mean over the epoch's batches, each before its step
  double validation_loss = 0;                             // after the epoch; NaN without a validation set
  double training_accuracy = 0, validation_accuracy = 0;  // cross_entropy; else NaN
  static void persist(auto& self, auto& archive) {
    archive(self.training_loss, self.validation_loss, self.training_accuracy, self.validation_accuracy);
  }
};

struct BpttResult {
  Network network;          // with the trained weights
  Eigen::MatrixXd readout;  // (N + 1) x outputs, the last row the bias: on the trace of BpttModel::trace_tau_ms
  std::vector<BpttEpoch> epochs;
  std::uint32_t best_epoch = 0;  // whose parameters these are: of lowest validation loss, else the last
  std::uint64_t clipped = 0;     // batches whose gradient was cut
};

// Weights on two receptors cannot change their sign. Errors: ConfigError (training.keep_sign).
void check_keep_sign(const LifKind& kind, const BpttOptions& options);

// readout: where it starts, (N + 1) x outputs; empty: at 0. Any number of threads gives the same bits. Errors:
// ConfigError (training.*, as make_bptt()); NumericalError when a loss is not finite (epoch and batch); Interrupted,
// between two batches. A state that `checkpoints` has is gone on from; they are kept between two batches, when due.
BpttResult train_bptt(const Network& network, const Drive& drive, const TrainingSet& training,
                      const TrainingSet& validation, const BpttOptions& options, const Eigen::MatrixXd& readout = {},
                      const Progress& progress = {}, const Checkpoints& checkpoints = {});

}  // namespace sprig
