// Classification: what an image's features depend on, that a separable set is learnt, and the arithmetic of its scores.
#include "sprig/tasks/classify.hpp"

#include <cmath>
#include <functional>
#include <numeric>
#include <set>

#include <gtest/gtest.h>

#include "host/tasks/classification_options.hpp"
#include "host/tasks/image_reservoir.hpp"
#include "sprig/core/error.hpp"
#include "sprig/network/compaction.hpp"
#include "tests/tasks/image_files.hpp"
#include "tests/tasks/task_fixture.hpp"

namespace sprig {
namespace {

using test::on_cpu;
using test::task_network;
using test::without_synapses;

constexpr std::uint32_t kSide = 10;

// Class c lights row c, with a few stray pixels.
std::string toy_pixels(std::uint32_t images, std::uint32_t seed) {
  std::string bytes;
  for (std::uint32_t k = 0; k < images; ++k)
    for (std::uint32_t p = 0; p < kSide * kSide; ++p) {
      const bool row = p / kSide == k % 10;
      const bool stray = test::test_uniform(seed, k, p) < 0.02;
      bytes += static_cast<char>(row || stray ? 255 : 0);
    }
  return bytes;
}

std::string toy_labels(std::uint32_t images) {
  std::string bytes;
  for (std::uint32_t k = 0; k < images; ++k) bytes += static_cast<char>(k % 10);
  return bytes;
}

// A folder with a separable set under MNIST's names.
class Classification : public ::testing::Test {
 protected:
  void SetUp() override {
    write("train", 300, 1);
    write("t10k", 100, 2);
    options_.folder = folder_.path();
    options_.train = 200;
    options_.validation = 100;
    options_.test = 100;
    options_.steps = 40;
    options_.rate_hz = 200;
    options_.density = 0.3;
    options_.weight = 0.6;
    options_.trace_tau_ms = 50;
    options_.batch = 32;
  }
  void write(const std::string& part, std::uint32_t images, std::uint32_t seed) {
    test::write_raw(folder_.file(part + "-images-idx3-ubyte"),
                    test::idx_images(images, kSide, kSide, toy_pixels(images, seed)));
    test::write_raw(folder_.file(part + "-labels-idx1-ubyte"), test::idx_labels(images, toy_labels(images)));
  }
  ClassificationScore score(const Network& network, const Drive& drive = {}, int threads = 1) {
    return evaluate_classification(network, drive, on_cpu(threads, threads), options_, 7, progress_);
  }
  Eigen::MatrixXd features_of(const Network& network, const Drive& drive, std::uint64_t first, std::uint32_t count,
                              int threads = 1) {
    const TaskImages images = load_task_images(options_);
    const ImageReservoir reservoir(network, drive, on_cpu(threads, threads), options_, images.train.shape, 7);
    Eigen::MatrixXd features;
    Recording recording;
    reservoir.present(images.train, ImagePart::train, first, count, features, recording);
    return features;
  }
  test::TemporaryFolder folder_;
  ClassificationOptions options_;
  Progress progress_;
};

Drive noisy(std::uint32_t neurons) {
  Drive drive;
  drive.noise_sigma.assign(neurons, 0.2);
  drive.poisson_rate_hz.assign(neurons, 20);
  drive.poisson_weight.assign(neurons, 0.1);
  return drive;
}

TEST_F(Classification, LearnsASeparableSet) {
  const ClassificationScore result = score(task_network(200));

  EXPECT_EQ(result.accuracy, 1);
  EXPECT_EQ(result.validation_accuracy, 1);
  for (std::uint32_t label = 0; label < 10; ++label)
    for (std::uint32_t answer = 0; answer < 10; ++answer)
      EXPECT_EQ(result.confusion[label][answer], label == answer ? 10u : 0u);
}

TEST_F(Classification, ConfusionCountsEveryTestImageOnceUnderItsLabel) {
  options_.train = 20;  // too few to be right always
  options_.steps = 10;
  options_.test = 77;
  const ClassificationScore result = score(task_network(40));

  std::uint64_t all = 0, right = 0;
  for (std::uint32_t label = 0; label < 10; ++label) {
    const auto& row = result.confusion[label];
    EXPECT_EQ(std::accumulate(row.begin(), row.end(), std::uint64_t{0}), label < 7 ? 8u : 7u) << label;
    all += std::accumulate(row.begin(), row.end(), std::uint64_t{0});
    right += row[label];
  }
  EXPECT_EQ(all, 77u);
  EXPECT_DOUBLE_EQ(result.accuracy, right / 77.0);
  EXPECT_LT(result.accuracy, 1);
  EXPECT_GT(result.accuracy, 0.1);
}

TEST_F(Classification, FeaturesOfAnImageDoNotDependOnItsBatchNorOnThreads) {
  const Network network = task_network();
  const Drive drive = noisy(network.size());
  const Eigen::MatrixXd together = features_of(network, drive, 3, 20);

  EXPECT_EQ(features_of(network, drive, 3, 20, 2), together);
  for (std::uint32_t k = 0; k < 20; ++k) EXPECT_EQ(features_of(network, drive, 3 + k, 1), together.row(k)) << k;
  EXPECT_GT(together.cwiseAbs().sum(), 0);
}

TEST_F(Classification, BatchAndThreadsDoNotChangeTheScore) {
  const Network network = task_network(60);
  const Drive drive = noisy(60);
  options_.steps = 10;
  const ClassificationScore a = score(network, drive);
  options_.batch = 7;
  const ClassificationScore b = score(network, drive, 2);

  EXPECT_EQ(a.confusion, b.confusion);
  EXPECT_EQ(a.accuracy, b.accuracy);
  EXPECT_EQ(a.validation_accuracy, b.validation_accuracy);
  EXPECT_EQ(a.lambda, b.lambda);
  EXPECT_EQ(a.sops, b.sops);
  EXPECT_EQ(a.sops_readout, b.sops_readout);
  EXPECT_EQ(a.rate_hz, b.rate_hz);
  EXPECT_EQ(a.silent_fraction, b.silent_fraction);
}

TEST_F(Classification, PartsOfASetDrawApart) {
  // The same image in both parts is not presented with the same spikes.
  write("t10k", 100, 1);
  const TaskImages images = load_task_images(options_);
  const ImageEncoder encoder(options_, images.train.shape, 1.0, 3);
  const std::vector<std::uint64_t> five{5};
  EncodedInput train, again, test, later;
  encoder.encode(images.train, ImagePart::train, five, 0, 0, train);
  encoder.encode(images.train, ImagePart::train, five, 0, 0, again);
  encoder.encode(images.test, ImagePart::test, five, 0, 0, test);
  encoder.encode(images.train, ImagePart::train, five, 0, 40, later);
  const auto steps_of = [](const EncodedInput& encoded) {
    std::vector<std::pair<std::uint32_t, std::uint32_t>> spikes;
    for (const Input::Spike& spike : encoded.spikes) spikes.push_back({spike.step, spike.channel});
    return spikes;
  };

  ASSERT_TRUE(std::equal(images.train.image(5).begin(), images.train.image(5).end(), images.test.image(5).begin()));
  EXPECT_EQ(steps_of(train), steps_of(again));
  EXPECT_NE(steps_of(train), steps_of(test));
  EXPECT_NE(steps_of(train), steps_of(later));
}

TEST_F(Classification, PixelsFireAtTheirRates) {
  ImageSet set{{1, 1, 4}, {0, 51, 102, 255, 0, 51, 102, 255}, {1, 2}};
  options_.steps = 20000;
  const ImageEncoder encoder(options_, set.shape, 0.5, 3);
  EncodedInput encoded;
  encoder.encode(set, ImagePart::train, std::vector<std::uint64_t>{0, 1}, 0, 0, encoded);

  double count[2][4] = {};
  for (const Input::Spike& spike : encoded.spikes) ++count[spike.replica][spike.channel];
  for (int r = 0; r < 2; ++r)
    for (int p = 0; p < 4; ++p) {
      const double expected = 200 * set.data[p] / 255.0 * 10;  // 10 s
      EXPECT_NEAR(count[r][p], expected, 5 * std::sqrt(expected) + 1e-9) << p;
    }
}

TEST_F(Classification, InputWeightsAreUniformOnARandomSubsetAndStayWithTheirNeurons) {
  Network network = test::unconnected(400, {}, 1.0, {});
  const ImageEncoder encoder(options_, {1, 10, 10}, 1.0, 3);
  encoder.wire(network, {});
  validate(network);

  const double synapses = static_cast<double>(network.input.synapses()), n = 400 * 100;
  EXPECT_EQ(network.input.rows, 100u);
  EXPECT_NEAR(synapses, n * 0.3, 5 * std::sqrt(n * 0.3 * 0.7));
  double mean = 0, squares = 0, largest = 0;
  for (const double w : network.input.weights) {
    mean += w / synapses, squares += w * w / synapses, largest = std::max(largest, std::abs(w));
  }
  EXPECT_LE(largest, 0.6 + 1e-6);
  EXPECT_NEAR(mean, 0, 5 * 0.6 / std::sqrt(3 * synapses));
  EXPECT_NEAR(squares, 0.12, 5 * 0.36 * std::sqrt(4.0 / 45 / synapses));

  std::vector<std::uint8_t> keep(400);
  for (int i = 0; i < 400; ++i) keep[i] = i % 3 != 1;
  Network pruned = test::unconnected(400, {}, 1.0, {});
  keep_neurons(pruned, keep);
  encoder.wire(pruned, {});
  keep_neurons(network, keep);
  EXPECT_EQ(pruned.input.targets, network.input.targets);
  EXPECT_EQ(pruned.input.weights, network.input.weights);
}

// Pixels that each neuron listens to, in order.
std::vector<std::vector<std::uint32_t>> heard(const Network& network) {
  std::vector<std::vector<std::uint32_t>> pixels(network.size());
  for (std::uint32_t p = 0; p < network.input.rows; ++p)
    for (std::uint64_t k = network.input.offsets[p]; k < network.input.offsets[p + 1]; ++k)
      pixels[network.input.targets[k]].push_back(p);
  return pixels;
}

TEST_F(Classification, ANeuronListensWithinItsPatchOfEveryPlane) {
  const ImageShape shape{3, 6, 9};
  options_.patch = 4;
  options_.density = 1;
  Network network = test::unconnected(600, {}, 1.0, {});
  ImageEncoder(options_, shape, 1.0, 3).wire(network, {});

  std::set<std::pair<std::uint32_t, std::uint32_t>> corners;
  for (const auto& pixels : heard(network)) {
    const std::uint32_t row = pixels.front() / 9, column = pixels.front() % 9;
    corners.insert({row, column});
    std::vector<std::uint32_t> square;
    for (std::uint32_t plane = 0; plane < 3; ++plane)
      for (std::uint32_t r = row; r < row + 4; ++r)
        for (std::uint32_t c = column; c < column + 4; ++c) square.push_back((plane * 6 + r) * 9 + c);
    ASSERT_EQ(pixels, square);
  }
  EXPECT_EQ(corners.size(), 3u * 6);  // every place where 4 x 4 fits into 6 x 9
  EXPECT_EQ(corners.rbegin()->first, 2u);

  options_.density = 0.25;
  ImageEncoder(options_, shape, 1.0, 3).wire(network, {});
  const double n = 600 * 48;
  EXPECT_NEAR(static_cast<double>(network.input.synapses()), n / 4, 5 * std::sqrt(n * 0.25 * 0.75));
}

TEST_F(Classification, APatchOfTheWholeImageIsNoPatch) {
  Network whole = test::unconnected(50, {}, 1.0, {}), patch = whole;
  ImageEncoder(options_, {1, 10, 10}, 1.0, 3).wire(whole, {});
  options_.patch = 10;
  ImageEncoder(options_, {1, 10, 10}, 1.0, 3).wire(patch, {});

  EXPECT_EQ(whole.input.targets, patch.input.targets);
  EXPECT_EQ(whole.input.weights, patch.input.weights);
}

TEST_F(Classification, FeaturesAreTheTracesOfTheRecordedSpikes) {
  options_.windows = 4;
  options_.square = true;
  const TaskImages images = load_task_images(options_);
  const ImageReservoir reservoir(task_network(30), {}, on_cpu(), options_, images.train.shape, 7);
  Eigen::MatrixXd features;
  Recording recording;
  reservoir.present(images.train, ImagePart::train, 0, 6, features, recording);

  ASSERT_EQ(features.cols(), 30 * 4 * 2);
  Eigen::MatrixXd expected = Eigen::MatrixXd::Zero(6, 240);
  for (const SpikeEvent& spike : recording.spikes)
    for (std::uint64_t w = spike.step / 10; w < 4; ++w)
      expected(spike.replica, w * 30 + spike.neuron) += std::exp(-((w + 1) * 10 - 1.0 - spike.step) / 50);
  expected.rightCols(120) = expected.leftCols(120).array().square();
  EXPECT_LT((features - expected).cwiseAbs().maxCoeff(), 1e-12);
  EXPECT_GT(expected.maxCoeff(), 1);
}

TEST_F(Classification, CountsOperationsBySpikesOutDegreesAndWindows) {
  // A ring in which every neuron has two targets: operations are exactly twice the spikes.
  Network ring = task_network(50);
  std::vector<test::Edge> edges;
  for (std::uint32_t i = 0; i < 50; ++i)
    for (const std::uint32_t d : {1u, 2u}) edges.push_back({i, (i + d) % 50, 0.05f, 1});
  ring.recurrent = test::csr_from(50, 50, edges);
  options_.windows = 1;
  const ClassificationScore one = score(ring);
  options_.windows = 2;
  const ClassificationScore two = score(ring);

  const double spikes = one.rate_hz * 50 * 40e-3;  // per image
  EXPECT_NEAR(one.sops, 2 * spikes, 1e-9 * spikes);
  EXPECT_NEAR(one.sops_readout, (2 + 10) * spikes, 1e-9 * spikes);
  EXPECT_EQ(two.sops, one.sops);
  EXPECT_GT(two.sops_readout, one.sops_readout);  // spikes of the first window count in both
  EXPECT_LT(two.sops_readout, (2 + 20) * spikes);
  EXPECT_EQ(score(without_synapses(ring)).sops, 0);
}

TEST_F(Classification, ASilentNetworkAnswersAlwaysTheSame) {
  Network network = without_synapses(task_network(20));
  network.neurons.i_dc.assign(20, 0.0);
  options_.weight = 0;

  const ClassificationScore result = score(network);

  EXPECT_EQ(result.silent_fraction, 1);
  EXPECT_EQ(result.rate_hz, 0);
  EXPECT_DOUBLE_EQ(result.accuracy, 0.1);
}

TEST_F(Classification, ReportsProgressAndStopsWhenAsked) {
  double last = 0;
  progress_ = [&](double fraction) {
    EXPECT_GT(fraction, last);
    last = fraction;
    return true;
  };
  score(task_network(20));
  EXPECT_DOUBLE_EQ(last, 1);

  progress_ = [](double fraction) { return fraction < 0.3; };
  EXPECT_THROW(score(task_network(20)), Interrupted);
}

TEST_F(Classification, LeavesTheNetworkAlone) {
  const Network network = task_network(20);
  const std::uint64_t before = network_hash(network);
  score(network);

  EXPECT_EQ(network_hash(network), before);
}

TEST_F(Classification, EveryBadOptionIsNamed) {
  const std::pair<const char*, std::function<void(ClassificationOptions&)>> bad[] = {
      {"task.system", [](auto& o) { o.system = "lorenz63"; }},
      {"task.folder", [](auto& o) { o.folder = ""; }},
      {"task.folder", [](auto& o) { o.folder += "/none"; }},
      {"task.image_train", [](auto& o) { o.train = 0; }},
      {"task.image_train + task.image_validation", [](auto& o) { o.train = 201; }},
      {"task.image_validation", [](auto& o) { o.validation = 0; }},
      {"task.image_test", [](auto& o) { o.test = 0; }},
      {"task.image_test", [](auto& o) { o.test = 101; }},
      {"task.image_steps", [](auto& o) { o.steps = 0; }},
      {"task.image_rate_hz", [](auto& o) { o.rate_hz = 0; }},
      {"task.image_rate_hz", [](auto& o) { o.rate_hz = 1001; }},
      {"task.image_rate_hz", [](auto& o) { o.rate_hz = NAN; }},
      {"task.image_density", [](auto& o) { o.density = 0; }},
      {"task.image_density", [](auto& o) { o.density = 1.1; }},
      {"task.image_weight", [](auto& o) { o.weight = INFINITY; }},
      {"task.image_patch", [](auto& o) { o.patch = 11; }},
      {"task.image_windows", [](auto& o) { o.windows = 0; }},
      {"task.image_windows", [](auto& o) { o.windows = 3; }},
      {"task.image_windows", [](auto& o) { o.windows = 80; }},
      {"task.image_trace_tau_ms", [](auto& o) { o.trace_tau_ms = 0; }},
      {"task.image_batch", [](auto& o) { o.batch = 0; }},
      {"task.lambdas", [](auto& o) { o.lambdas = {}; }},
      {"task.lambdas", [](auto& o) { o.lambdas = {-1}; }},
  };
  const ClassificationOptions good = options_;
  for (const auto& [key, spoil] : bad) {
    options_ = good;
    spoil(options_);
    try {
      score(task_network(10));
      ADD_FAILURE() << key << " was accepted";
    } catch (const ConfigError& error) {
      EXPECT_EQ(error.where(), key) << error.what();
    }
  }
}

TEST_F(Classification, RefusesADriveWithSignalsAndAnEmptyNetwork) {
  Drive drive;
  drive.channels = 1;
  drive.current_gain.assign(10, 1.0);

  EXPECT_THROW(score(task_network(10), drive), ConfigError);
  EXPECT_THROW(score(Network{}), ConfigError);
}

TEST_F(Classification, PartsOfDifferentShapesAreRefused) {
  test::write_raw(folder_.file("t10k-images-idx3-ubyte"), test::idx_images(100, 5, 20, toy_pixels(100, 1)));
  EXPECT_THROW(score(task_network(10)), InputError);
  test::write_raw(folder_.file("t10k-images-idx3-ubyte"), test::idx_images(100, 5, 10, toy_pixels(50, 1)));
  EXPECT_THROW(score(task_network(10)), InputError);
}

}  // namespace
}  // namespace sprig
