// Lyapunov Noise Pruning: take away 70 % of a network's synapses without seeing a task, and keep it for SciPy.
//   ./prune [network.npz]
#include <cstdio>

#include "sprig/core/error.hpp"
#include "sprig/formats/network_file.hpp"
#include "sprig/network/builders.hpp"
#include "sprig/pruning/prune.hpp"

int main(int argc, char** argv) try {
  sprig::NetworkSpec spec;
  spec.neurons = 200;
  spec.gain = 0.2;
  spec.neuron.i_dc = 1.1;  // fires by itself
  spec.neuron.tau_syn_exc_ms = 20;
  spec.step_ms = 0.5;
  const sprig::Network network = sprig::build_network(spec, 1);

  sprig::PruneOptions options;
  options.density = 0.3;
  options.lyapunov.exponents = 8;
  options.lyapunov.transient_ms = 200;
  options.lyapunov.duration_ms = 500;
  const sprig::PruneResult result = sprig::prune(network, {}, {}, options);

  for (const sprig::PruneRound& round : result.rounds)
    std::printf("round %u: %llu synapses\n", round.round + 1, static_cast<unsigned long long>(round.synapses));
  std::printf("synapses: %llu -> %llu\n", static_cast<unsigned long long>(result.synapses_before),
              static_cast<unsigned long long>(result.synapses_after));
  std::printf("largest exponent: %.4f -> %.4f 1/ms\n", result.before.exponents.at(0), result.after.exponents.at(0));

  const char* path = argc > 1 ? argv[1] : "network.npz";
  sprig::save_network(path, result.network);
  std::printf("written to %s: scipy.sparse.load_npz opens it\n", path);
} catch (const sprig::Error& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return static_cast<int>(error.code());
}
