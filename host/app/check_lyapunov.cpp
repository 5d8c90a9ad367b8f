#include "host/app/check_lyapunov.hpp"

#include "sprig/core/error.hpp"
#include "sprig/core/refuse.hpp"
#include "sprig/core/steps.hpp"
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
  steps_of(options.transient_ms, network.step_ms, "lyapunov.transient_ms");
  steps_of(options.tangent_transient_ms, network.step_ms, "lyapunov.tangent_transient_ms");
  steps_of(options.renorm_ms, network.step_ms, "lyapunov.renorm_ms");
  steps_of(options.duration_ms, network.step_ms, "lyapunov.duration_ms");
  check_lyapunov_options(network, {}, options);
  check_exponents(options, tangent_rows(network));
}

}  // namespace sprig::app
