// LNP step II: the neurons that betweenness leaves.
#pragma once

#include <cstdint>
#include <vector>

#include "host/pruning/working_network.hpp"
#include "sprig/core/progress.hpp"

namespace sprig {

// Is betweenness estimated in a graph of that size (prune.betweenness)?
bool estimates_betweenness(const PruneOptions& options, double neurons, double synapses);

struct CentralNeurons {
  std::vector<std::uint8_t> keep;  // a neuron
  double overlap = 1;              // PruneRound::betweenness_overlap
};

// All neurons but those of lowest betweenness, `target` of them; ties: lowest original id first.
CentralNeurons central_neurons(const WorkingNetwork& work, const PruneOptions& options, std::uint64_t target,
                               int threads, const Progress& progress = {}, const Device& device = Device::cpu);

}  // namespace sprig
