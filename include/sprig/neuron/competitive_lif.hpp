// The neuron of competitive learning (Diehl & Cook 2015, as in BindsNET's DiehlAndCookNodes): it leaks to rest,
// a synapse moves its potential at once, and its threshold rises with every spike that it emits and falls slowly.
//
//   u <- leak u      theta <- theta_decay theta      u <- u + input, unless refractory
//   spike where u >= threshold + theta:   u <- reset, theta <- theta + theta_plus
//
// u = V - E_L, and threshold and reset are relative to E_L too. Other than lif_step(), a refractory neuron goes on
// leaking; it only takes in nothing.
#pragma once

#include <cstdint>

#include "sprig/core/hd.hpp"

namespace sprig {

struct CompetitiveLif {
  float leak = 0;         // exp(-h / tau_m)
  float theta_decay = 1;  // exp(-h / tau_theta); 1 while nothing is learnt
  float threshold = 0, reset = 0;
  float theta_plus = 0;  // 0 while nothing is learnt
  std::int32_t refractory_steps = 0;
};

// One step; returns whether it crossed its threshold. refractory: steps still to come in which it takes in nothing.
SPRIG_HD inline bool competitive_step(float& u, float& theta, std::int32_t& refractory, const CompetitiveLif& c,
                                      float input) {
  const bool free = refractory <= 0;
  const float leaked = c.leak * u, held = c.theta_decay * theta;
  const float now = free ? leaked + input : leaked;
  const bool spike = now >= c.threshold + held;
  u = spike ? c.reset : now;
  theta = spike ? held + c.theta_plus : held;
  refractory = spike ? c.refractory_steps : (free ? 0 : refractory - 1);
  return spike;
}

}  // namespace sprig
