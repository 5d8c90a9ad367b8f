// The committed operating point of MNIST, as its file promises.
#include <gtest/gtest.h>

#include "sprig/session/network.hpp"
#include "sprig/tasks/score.hpp"
#include "sprig/tasks/train.hpp"
#include "tests/support/data.hpp"

namespace sprig::app {
namespace {

class Mnist : public ::testing::Test {
 protected:
  void SetUp() override {
    SPRIG_NEEDS_DATA("mnist");
    read_config(config_, SPRIG_SOURCE_DIR "/configs/mnist.toml");
    config_.task.images.folder = test::data_folder("mnist");
    finish_config(config_);
    network_ = stored(make_network(config_, config_.simulation.seed));
    drive_ = make_drive(config_.drive, network_.size());
  }
  ClassificationScore score(const Network& network) {
    return evaluate_classification(network, drive_, config_.simulation, config_.task.classification(),
                                   config_.simulation.seed);
  }

  Config config_;
  Network network_;
  Drive drive_;
};

TEST_F(Mnist, AThousandNeuronsWithARidgeReadoutReachNinetyPercent) {
  const ClassificationScore result = score(network_);

  EXPECT_EQ(network_.size(), 1000u);
  EXPECT_EQ(config_.task.images.train, 10000u);
  EXPECT_EQ(config_.task.images.test, 10000u);
  EXPECT_GE(result.accuracy, 0.90);
  EXPECT_GE(result.validation_accuracy, 0.90);
  EXPECT_LT(result.rate_hz, 100);          // neither saturated
  EXPECT_LT(result.silent_fraction, 0.1);  // nor dead
  RecordProperty("accuracy", std::to_string(result.accuracy));
}

TEST_F(Mnist, BackpropagationThroughTimeReachesNinetyFivePercent) {
  config_.task.images.train = 20000;
  const BpttResult trained = train_bptt_on(network_, drive_, config_.simulation, config_.task,
                                           config_.training.sequences, config_.simulation.seed);
  const ClassificationScore before = score(network_), after = score(trained.network);

  EXPECT_EQ(config_.task.images.test, 10000u);
  EXPECT_GE(after.accuracy, 0.95);
  EXPECT_GT(after.accuracy, before.accuracy);
  EXPECT_LT(after.silent_fraction, 0.1);
  RecordProperty("accuracy", std::to_string(after.accuracy));
}

}  // namespace
}  // namespace sprig::app
