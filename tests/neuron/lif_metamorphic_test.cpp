// Relations that must hold to the last bit: a factor of two is exact in floating point, so scaling
// currents, arrivals and potentials by it changes no spike.
#include <gtest/gtest.h>

#include "sprig/core/random.hpp"
#include "tests/neuron/lif_fixture.hpp"

namespace sprig {
namespace {

template <LifKind kKind, class T>
void expect_scaling_is_exact(T factor) {
  NestNeuron nest;
  nest.v_reset = -1;
  auto plain = nest.constants<T>();
  plain.theta_decay = T(0.998);
  plain.theta_plus = T(0.3);
  auto scaled = plain;
  scaled.v_th *= factor;
  scaled.v_reset *= factor;
  scaled.theta_plus *= factor;

  LifState<T> a, b;
  int spikes = 0;
  for (std::uint64_t t = 0; t < 20000; ++t) {
    const auto draw = draw_block(2, Stream::test, 0, t);
    const auto uniform = [&](int word) { return static_cast<T>(draw.word[word] >> 8) / T(1 << 24); };
    const T weight = kKind.synapse == Synapse::delta ? T(1.5) : T(600);
    const T arrivals0 = uniform(0) < T(0.3) ? weight * uniform(1) : T(0);
    const T arrivals1 = uniform(2) < T(0.1) ? -weight * uniform(1) : T(0);
    const T external = T(300) * uniform(3);
    LifProbe<T> probe_a{}, probe_b{};
    const bool spike = lif_step<kKind>(a, plain, arrivals0, arrivals1, external, &probe_a);
    ASSERT_EQ(lif_step<kKind>(b, scaled, factor * arrivals0, factor * arrivals1, factor * external, &probe_b), spike);
    ASSERT_EQ(b.u, factor * a.u);
    ASSERT_EQ(b.i[0], factor * a.i[0]);
    ASSERT_EQ(b.i[1], factor * a.i[1]);
    ASSERT_EQ(b.theta, factor * a.theta);
    ASSERT_EQ(b.refractory, a.refractory);
    ASSERT_EQ(probe_b.u_before, factor * probe_a.u_before);
    ASSERT_EQ(probe_b.current, factor * probe_a.current);
    spikes += spike;
  }
  EXPECT_GT(spikes, 20) << "the comparison must have seen spikes";
}

template <Synapse kSynapse, int kReceptors, Reset kReset, bool kAdaptive>
void expect_for_both_scalars() {
  constexpr LifKind kind{kSynapse, kReceptors, kReset, kAdaptive};
  for (int power : {1, -3}) {
    expect_scaling_is_exact<kind, float>(std::ldexp(1.0f, power));
    expect_scaling_is_exact<kind, double>(std::ldexp(1.0, power));
  }
}

TEST(LifMetamorphic, ScalingByAPowerOfTwoChangesNoSpike) {
  expect_for_both_scalars<Synapse::exponential, 1, Reset::hard, false>();
  expect_for_both_scalars<Synapse::exponential, 2, Reset::hard, true>();
  expect_for_both_scalars<Synapse::exponential, 2, Reset::soft, false>();
  expect_for_both_scalars<Synapse::delta, 1, Reset::hard, true>();
  expect_for_both_scalars<Synapse::delta, 2, Reset::soft, true>();
}

TEST(LifMetamorphic, ATimeShiftShiftsTheSpikes) {
  const auto c = NestNeuron{}.constants<float>();
  LifState<float> early, late;
  constexpr int kShift = 137;
  std::vector<bool> early_spikes, late_spikes;
  const auto arrivals = [](int t) { return t >= 0 && t % 7 == 0 ? 900.0f : 0.0f; };
  for (int t = 0; t < 3000; ++t) {
    early_spikes.push_back(lif_step<LifKind{}>(early, c, arrivals(t), 0.0f, 0.0f));
    late_spikes.push_back(lif_step<LifKind{}>(late, c, arrivals(t - kShift), 0.0f, 0.0f));
  }
  int spikes = 0;
  for (int t = 0; t + kShift < 3000; ++t) {
    ASSERT_EQ(late_spikes[t + kShift], early_spikes[t]) << t;
    spikes += early_spikes[t];
  }
  EXPECT_GT(spikes, 10);
}

}  // namespace
}  // namespace sprig
