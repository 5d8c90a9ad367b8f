#include "host/app/check_lyapunov.hpp"

#include "sprig/dynamics/tangent.hpp"

namespace sprig::app {

namespace {

// Rows of the tangent space, by the rules of dynamics; the synapses are left out, for they do not matter and are many.
// Errors: ConfigError for a network that has none.
std::uint32_t tangent_rows(const Network& network) {
  Network neurons;
  neurons.kind = network.kind;
  neurons.step_ms = network.step_ms;
  neurons.neurons = network.neurons;
  return make_tangent_network(neurons).rows();
}

}  // namespace

void check_lyapunov(const LyapunovOptions& options, const Network& network, const Drive& drive) {
  check_drive(network, drive);
  check_lyapunov_options(network, {}, options);
  check_exponents(options, tangent_rows(network));
}

}  // namespace sprig::app
