// Large standard networks that simulators are compared on, as projections, with the Poisson spikes that drive them.
// (builders.hpp has the small ones: vogels_cuba(), brunel().)
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "sprig/core/words.hpp"
#include "sprig/network/projection.hpp"

namespace sprig {

struct StandardNetwork {
  ProceduralNetwork procedural;
  // Per neuron, as Drive takes them (Hz; pA, or mV with delta synapses). Empty: no such drive.
  std::vector<double> poisson_rate_hz, poisson_weight;
};

// --- Cortical microcircuit (Potjans & Diesmann 2014): 1 mm^2 of early sensory cortex, 77 169 neurons ---

struct MicrocircuitPopulation {
  const char* name;
  std::uint32_t neurons;
  double background;         // sources of 8 Hz each
  double dc_pa;              // a constant current in their stead
  double v_mean, v_sd;       // initial potential, mV
  double reference_rate_hz;  // of the published simulation
};
inline constexpr std::array<MicrocircuitPopulation, 8> kMicrocircuit{{
    {"L23E", 20683, 1600, 562.0, -68.28, 5.36, 0.903},
    {"L23I", 5834, 1500, 526.9, -63.16, 4.57, 2.965},
    {"L4E", 21915, 2100, 737.6, -63.33, 4.74, 4.414},
    {"L4I", 5479, 1900, 667.3, -63.45, 4.94, 5.876},
    {"L5E", 4850, 2000, 702.5, -63.11, 4.94, 7.569},
    {"L5I", 1065, 1900, 667.3, -61.66, 4.55, 8.633},
    {"L6E", 14395, 2900, 1018.6, -66.72, 5.46, 1.105},
    {"L6I", 2948, 2100, 737.6, -61.43, 4.48, 7.829},
}};
inline constexpr std::uint64_t kMicrocircuitSynapses = 298880970;

enum class Background {
  poisson,  // independent spikes at 8 Hz a source, in the step in which they are drawn (so without the 1.5 ms delay,
            // which shifts a stationary process and nothing else)
  dc,       // its mean as a current
};
constexpr auto words_of(Background) { return words<Background>("poisson", "dc"); }

// Projection 8 t + s is from population s onto population t: round(ln(1 - p) / ln(1 - 1 / (N_s N_t))) synapses,
// multapses and autapses allowed; weights of a 0.15 mV PSP (87.8085 pA; inhibitory -4 times, L4E onto L23E twice that),
// sd 10 %; delays 1.5 +- 0.75 ms (excitatory), 0.75 +- 0.375 ms. Both time constants of the synapses are 0.5 ms, so
// there is one receptor. h = 0.1 ms.
//
// size < 1, for tests: so many times the neurons of each population (at least one), with the same connection
// probabilities and nothing to make up for the synapses that are missing, so with other rates. Errors: ConfigError
// unless 0 < size <= 1.
StandardNetwork microcircuit(Background background, std::uint32_t seed, double size = 1);

// --- Networks of any number of synapses, for throughput, beside Spice's (Bautembach et al. 2020, 2021) ---
// N follows from the number of synapses that is asked for; the number there is, is random (bernoulli). sprig integrates
// the neurons exactly where Spice takes forward Euler steps. Errors: ConfigError for less than 2000 synapses, or more
// than kMaxNeurons neurons could have.

// N of each, known before anything is made.
std::uint32_t throughput_brunel_neurons(std::uint64_t synapses);
std::uint32_t throughput_vogels_neurons(std::uint64_t synapses);

// "brunel": N = sqrt(synapses / 0.05) neurons, in order N/2 Poisson sources of 20 Hz ("poisson"), 0.4 N excitatory and
// 0.1 N inhibitory LIF neurons ("exc", "inh"); every neuron onto every LIF neuron with probability 0.1; delta synapses
// of 0.1 mV and -0.5 mV x 20 000 / N; V_th 20 mV, reset and start at 0, tau_m 20 ms, t_ref 2 ms, delay 1.5 ms. LIF
// neurons fire at about 36 Hz (2e7 synapses).
//
// The Poisson sources are neurons that a single event takes over threshold (poisson_weight is twice V_th, t_ref 0,
// nothing else reaches them): each fires in a step exactly when its Poisson count is not 0. poisson_rate_hz is such
// that this has probability 20 Hz x h, as in Spice (so a little above 20 Hz).
StandardNetwork throughput_brunel(std::uint64_t synapses, std::uint32_t seed);

// "brunel+": the same with STDP on the synapses among excitatory LIF neurons (not from the Poisson sources), between 0
// and three times their initial weight, time constants of 20 ms, as in Spice. Spice's rule for a pair is its own; here
// it is the additive one of Song, Miller & Abbott (2000), A_minus / A_plus = 1.05, with A_plus = 0.01.
StandardNetwork throughput_brunel_plus(std::uint64_t synapses, std::uint32_t seed);

// "vogels": N = sqrt(synapses / 0.02) neurons, 4/5 excitatory, each pair with probability 0.02; E_L and V_reset -60 mV,
// V_th -50 mV, a constant drive of 20 mV, tau_m 20, t_ref 5 ms, synaptic currents of 5 and 10 ms, delay 0.8 ms.
//
// Spice's synapses are conductances, of 0.4 and 5.1 (4000 / N)^2 leaks with reversal potentials of 0 and -80 mV. Here
// they are currents: the same with the driving force half way between reset and threshold, at -55 mV, so jumps of 22 mV
// and -127.5 mV x (4000 / N)^2. Rates depend on N and differ a little: mean-field equations give 15 Hz for Spice's and
// 19 Hz for this network at 2.5e8 synapses, 35 and 37 Hz at 3e9. So a comparison is by synaptic events. Potentials
// start spread between reset and threshold; in Spice all start at reset, in one volley.
StandardNetwork throughput_vogels(std::uint64_t synapses, std::uint32_t seed);

}  // namespace sprig
