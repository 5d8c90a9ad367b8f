// The committed operating point of MNIST, as its file promises.
#include <gtest/gtest.h>

#include "sprig/app/setup.hpp"
#include "sprig/tasks/score.hpp"
#include "tests/support/data.hpp"

namespace sprig::app {
namespace {

TEST(Mnist, AThousandNeuronsWithARidgeReadoutReachNinetyPercent) {
  SPRIG_NEEDS_DATA("mnist");
  Config config;
  read_config(config, SPRIG_SOURCE_DIR "/configs/mnist.toml");
  config.task.images.folder = test::data_folder("mnist");
  finish_config(config);
  const Network network = make_network(config, config.simulation.seed);
  const Drive drive = make_drive(config.drive, network.size());

  const ClassificationScore score =
      evaluate_classification(network, drive, config.simulation, config.task.classification(), config.simulation.seed);

  EXPECT_EQ(network.size(), 1000u);
  EXPECT_EQ(config.task.images.train, 10000u);
  EXPECT_EQ(config.task.images.test, 10000u);
  EXPECT_GE(score.accuracy, 0.90);
  EXPECT_GE(score.validation_accuracy, 0.90);
  EXPECT_LT(score.rate_hz, 100);          // neither saturated
  EXPECT_LT(score.silent_fraction, 0.1);  // nor dead
  RecordProperty("accuracy", std::to_string(score.accuracy));
}

}  // namespace
}  // namespace sprig::app
