// What a score on a task came of: all that goes on with the trained network needs, beside the network itself.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <Eigen/Dense>

#include "sprig/engine/simulation.hpp"
#include "sprig/network/network.hpp"

namespace sprig {

struct TrainedTask {
  Network network;                   // with the task's input layer, where that is synapses
  std::uint32_t channels = 0;        // of a task that injects currents; 0 elsewhere
  std::vector<double> current_gain;  // [neuron][channel], of a standardised value
  // The first channels of `mean` and `sd`, in this order, are fed in.
  std::vector<std::uint32_t> observed;

  Eigen::MatrixXd readout;         // (features + 1) x outputs; the last row is the bias
  double lambda = 0;               // its ridge strength
  double trace_tau_ms = 0;         // features are traces of every neuron with it, ...
  bool square = false;             // ... and their squares after them where asked for, ...
  std::uint32_t windows = 1;       // ... of an image at the end of each of so many equal parts
  std::uint32_t sample_steps = 0;  // steps that a sample or an image lasts
  std::uint32_t ahead = 0;         // samples between the newest input and what is predicted
  std::vector<double> mean, sd;    // [channel] of a series: standardised = (value - mean) / sd

  // The test part: of a series its targets and their predictions, [sample][target] in the units of the series; of
  // images a column each, labels and answers.
  Eigen::MatrixXd truth, predicted;
};

}  // namespace sprig
