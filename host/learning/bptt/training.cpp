#include "sprig/learning/bptt/training.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <string>
#include <utility>

#include "sprig/core/error.hpp"
#include "sprig/core/refuse.hpp"
#include "sprig/core/shuffle.hpp"
#include "sprig/learning/synapse_signs.hpp"

namespace sprig {

namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

void check(const Network& network, const TrainingSet& training, const BpttOptions& options,
           const Eigen::MatrixXd& readout) {
  check_fields("training", options);
  if (training.sequences == 0) throw ConfigError("training.sequences", "there is nothing to train on");
  check_keep_sign(network.kind, options);
  const bool given = readout.size() > 0;
  if (given && (readout.rows() != network.size() + 1 || readout.cols() != options.model.outputs))
    refuse("training.readout", shown(readout.rows()) + " x " + shown(readout.cols()), "(neurons + 1) x outputs");
}

struct Parameters {
  std::vector<double> weights, readout;  // weights: in units of their mean magnitude
  static void persist(auto& self, auto& archive) { archive(self.weights, self.readout); }
  bool as_many_as(const Parameters& other) const {
    return weights.size() == other.weights.size() && readout.size() == other.readout.size();
  }
};

// Means over the sequences of a set.
struct Means {
  double loss = 0, correct = 0;
  std::uint64_t sequences = 0;

  void add(const BatchLoss& batch, std::size_t replicas) {
    loss += batch.loss * static_cast<double>(replicas);
    correct += static_cast<double>(batch.correct);
    sequences += replicas;
  }
  static void persist(auto& self, auto& archive) { archive(self.loss, self.correct, self.sequences); }
  double mean_loss() const { return loss / static_cast<double>(sequences); }
  double accuracy(Loss kind) const {
    return kind == Loss::cross_entropy ? correct / static_cast<double>(sequences) : kNaN;
  }
};

class Training {
 public:
  Training(const Network& network, const Drive& drive, const BpttOptions& options, const Eigen::MatrixXd& readout)
      : options_(options),
        bptt_(make_bptt(network, drive, options.model, options.device)),
        signs_(synapse_signs(network)),
        adam_weights_(network.recurrent.synapses(), options.adam),
        adam_readout_((std::size_t{network.size()} + 1) * options.model.outputs, options.adam) {
    const std::vector<float>& weights = network.recurrent.weights;
    for (const float w : weights) unit_ += std::abs(static_cast<double>(w)) / static_cast<double>(weights.size());
    if (unit_ == 0) unit_ = 1;
    for (const float w : weights) now_.weights.push_back(w / unit_);
    now_.readout.assign((std::size_t{network.size()} + 1) * options.model.outputs, 0.0);
    for (Eigen::Index i = 0; i < readout.rows(); ++i)
      for (Eigen::Index o = 0; o < readout.cols(); ++o)
        now_.readout[static_cast<std::size_t>(i * readout.cols() + o)] = readout(i, o);
    d_weights_.resize(now_.weights.size());
    d_readout_.resize(now_.readout.size());
  }

  // Between two batches.
  static void persist(auto& self, auto& archive) {
    archive(self.now_, self.adam_weights_, self.adam_readout_, self.clipped_);
    if constexpr (std::remove_reference_t<decltype(archive)>::kReads)
      if (self.now_.weights.size() != self.d_weights_.size() || self.now_.readout.size() != self.d_readout_.size())
        archive.refuse("has parameters of another network");
  }
  const Parameters& parameters() const { return now_; }
  double unit() const { return unit_; }
  std::uint64_t clipped() const { return clipped_; }

  // One step on one batch.
  BatchLoss learn(const TrainingSet& set, std::uint32_t epoch, View<const std::uint32_t> which) {
    fill(set, epoch, which);
    show_parameters();
    const BatchLoss loss = bptt_->gradient(batch_, d_weights_, d_readout_);
    for (double& d : d_weights_) d *= unit_;
    const double norm = clip_norm(d_weights_, d_readout_, options_.clip_norm);
    if (!std::isfinite(norm)) return {kNaN, 0};
    clipped_ += options_.clip_norm > 0 && norm > options_.clip_norm ? 1 : 0;
    adam_weights_.step(now_.weights, d_weights_, options_.learning_rate);
    adam_readout_.step(now_.readout, d_readout_, options_.readout_learning_rate);
    if (options_.keep_sign)
      for (std::size_t k = 0; k < now_.weights.size(); ++k)
        if (now_.weights[k] * signs_[k] < 0) now_.weights[k] = 0;
    return loss;
  }

  Means validate(const TrainingSet& set) {
    Means means;
    std::vector<std::uint32_t> which(set.sequences);
    std::iota(which.begin(), which.end(), 0u);
    show_parameters();
    for (std::uint32_t first = 0; first < set.sequences; first += options_.batch) {
      const std::uint32_t count = std::min(options_.batch, set.sequences - first);
      fill(set, 0, {which.data() + first, count});
      means.add(bptt_->loss(batch_), count);
    }
    return means;
  }

 private:
  void fill(const TrainingSet& set, std::uint32_t epoch, View<const std::uint32_t> which) {
    batch_ = {};
    batch_.replicas = static_cast<std::uint32_t>(which.size);
    set.fill(epoch, which, batch_);
  }
  void show_parameters() {
    std::vector<double> weights = now_.weights;
    for (double& w : weights) w *= unit_;
    bptt_->set_parameters(weights, now_.readout);
  }

  const BpttOptions& options_;
  std::unique_ptr<Bptt> bptt_;
  std::vector<std::int8_t> signs_;
  double unit_ = 0;  // mean magnitude of the weights at the start
  Parameters now_;
  Adam adam_weights_, adam_readout_;
  std::vector<double> d_weights_, d_readout_;
  SequenceBatch batch_;
  std::uint64_t clipped_ = 0;
};

// How far it has come, but for the parameters.
struct Course {
  Parameters best;
  double lowest = std::numeric_limits<double>::infinity();
  std::uint32_t epoch = 0, batch = 0;  // that come next
  Means means;                         // of the epoch under way
  static void persist(auto& self, auto& archive) {
    archive(self.best, self.lowest, self.epoch, self.batch, self.means);
  }
};

void check_finite(double loss, const std::string& where) {
  if (!std::isfinite(loss)) throw NumericalError("training loss", "is not finite in " + where);
}

}  // namespace

void check_keep_sign(const LifKind& kind, const BpttOptions& options) {
  if (kind.receptors == 2 && !options.keep_sign)
    refuse("training.keep_sign", "false", "true with neuron.receptors = 2: the sign chooses between them");
}

BpttResult train_bptt(const Network& network, const Drive& drive, const TrainingSet& training,
                      const TrainingSet& validation, const BpttOptions& options, const Eigen::MatrixXd& readout,
                      const Progress& progress, const Checkpoints& checkpoints) {
  check(network, training, options, readout);
  Training now(network, drive, options, readout);
  BpttResult result;
  result.network = network;
  Course course;
  course.best = now.parameters();
  Parameters& best = course.best;
  double& lowest = course.lowest;
  const Loss kind = options.model.loss;
  const std::uint32_t batches = (training.sequences + options.batch - 1) / options.batch;
  checkpoints.restore([&](Reader& reader) {
    reader(now, course, result.epochs, result.best_epoch);
    if (!best.as_many_as(now.parameters()) || course.epoch >= options.epochs || course.batch > batches ||
        result.epochs.size() != course.epoch)
      reader.refuse("has an epoch that is none of this training");
  });
  for (std::uint32_t& epoch = course.epoch; epoch < options.epochs; ++epoch) {
    std::vector<std::uint32_t> order(training.sequences);
    std::iota(order.begin(), order.end(), 0u);
    shuffle(order, options.seed, Stream::training_order, epoch);
    Means& means = course.means;
    for (std::uint32_t& b = course.batch; b < batches;) {
      const std::uint32_t first = b * options.batch, count = std::min(options.batch, training.sequences - first);
      const BatchLoss loss = now.learn(training, epoch, {order.data() + first, count});
      check_finite(loss.loss, "epoch " + std::to_string(epoch) + ", batch " + std::to_string(b));
      means.add(loss, count);
      ++b;
      if (checkpoints.due())
        checkpoints.keep([&](Writer& writer) { writer(now, course, result.epochs, result.best_epoch); });
      progress.report("training", (epoch + static_cast<double>(b) / batches) / options.epochs);
    }
    const Means of_epoch = std::exchange(means, {});
    course.batch = 0;
    if (validation.sequences == 0) {
      result.epochs.push_back({of_epoch.mean_loss(), kNaN, of_epoch.accuracy(kind), kNaN});
      result.best_epoch = epoch;
      best = now.parameters();
      continue;
    }
    const Means validated = now.validate(validation);
    check_finite(validated.mean_loss(), "the validation after epoch " + std::to_string(epoch));
    result.epochs.push_back(
        {of_epoch.mean_loss(), validated.mean_loss(), of_epoch.accuracy(kind), validated.accuracy(kind)});
    if (validated.mean_loss() < lowest) {
      lowest = validated.mean_loss();
      result.best_epoch = epoch;
      best = now.parameters();
    } else if (options.patience > 0 && epoch - result.best_epoch >= options.patience) {
      break;
    }
  }
  result.clipped = now.clipped();
  for (std::size_t k = 0; k < best.weights.size(); ++k)
    result.network.recurrent.weights[k] = static_cast<float>(best.weights[k] * now.unit());
  result.readout.resize(network.size() + 1, options.model.outputs);
  for (Eigen::Index i = 0; i < result.readout.rows(); ++i)
    for (Eigen::Index o = 0; o < result.readout.cols(); ++o)
      result.readout(i, o) = best.readout[static_cast<std::size_t>(i * result.readout.cols() + o)];
  return result;
}

}  // namespace sprig
