// A configuration small enough for tests of whole verbs.
#pragma once

namespace sprig::test {

inline constexpr const char* kSmallConfig =
    "[run]\nduration_ms = 300\n"
    "[network]\nneurons = 60\ndensity = 0.1\ngain = 0.3\ninhibition = 8.0\nstep_ms = 1.0\n"
    "[neuron]\ntau_m_ms = \"gamma(3, 6.67)\"\ni_dc = 1.1\n"
    "[lyapunov]\nexponents = 6\nduration_ms = 200\ntransient_ms = 50\ntangent_transient_ms = 50\n"
    "[prune]\ndensity = 0.5\nneuron_fraction = 0.1\nrounds = 2\n"
    "[task]\ntrain = 200\nvalidation = 80\ntest = 80\nwashout = 40\nvpt_starts = 2\nvpt_samples = 20\nhorizon = 5\n"
    "[study]\nseeds = 2\ndensities = [0.5]\n";

}  // namespace sprig::test
