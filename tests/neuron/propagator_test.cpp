// Exact integration (Rotter & Diesmann 1999): propagators, potentials and postsynaptic potentials against closed forms.
#include <gtest/gtest.h>

#include <algorithm>
#include <boost/math/quadrature/gauss.hpp>
#include <cmath>

#include "tests/neuron/lif_fixture.hpp"

namespace sprig {
namespace {

constexpr LifKind kOfReference{};

double relative(double value, double expected) { return std::abs(value / expected - 1); }

// P21 as the integral it solves, R/tau_m int_0^h exp(-(h - s)/tau_m) exp(-s/tau_s) ds: nothing in it cancels.
double p21_by_quadrature(double h, double tau_m, double tau_s, double resistance) {
  const auto integrand = [&](double s) { return std::exp(-(h - s) / tau_m - s / tau_s); };
  return resistance / tau_m * boost::math::quadrature::gauss<double, 20>::integrate(integrand, 0.0, h);
}

TEST(Propagators, AreThePublishedNumbers) {
  const auto c = NestNeuron{}.constants<double>();
  EXPECT_LT(relative(c.p11[0], 0.95122942450071401), 1e-15);
  EXPECT_LT(relative(c.p22, 0.99004983374916805), 1e-15);
  EXPECT_LT(relative(c.p20, 3.9800665003327786e-4), 1e-15);
  EXPECT_LT(relative(c.p21[0], 3.8820409248454e-4), 2e-14);  // 14 digits are published
  const long double exact = 2.0L * 10 / (250 * 8.0L) * (std::exp(-0.1L / 10) - std::exp(-0.1L / 2));
  EXPECT_LT(relative(c.p21[0], static_cast<double>(exact)), 1e-15);
}

TEST(Propagators, AreSmoothWhereTheTimeConstantsMeet) {
  const double h = 0.1, tau_m = 10, resistance = 0.04;
  const double meeting = lif_p21(h, tau_m, tau_m, resistance);
  EXPECT_LT(relative(meeting, resistance * h / tau_m * std::exp(-h / tau_m)), 1e-15);
  for (double magnitude = 1e-16; magnitude < 0.2; magnitude *= 10) {
    for (double d : {-magnitude, magnitude}) {
      const double p21 = lif_p21(h, tau_m, tau_m + d, resistance);
      EXPECT_LT(relative(p21, p21_by_quadrature(h, tau_m, tau_m + d, resistance)), 1e-15) << d;
      EXPECT_LE(relative(p21, meeting), h / (2 * tau_m) * magnitude / tau_m * 1.02 + 4e-16) << d;  // its slope, no jump
    }
  }
}

TEST(Propagators, HoldFromTinyToHugeStepsAndTimeConstants) {
  for (double h : {1e-4, 0.1, 1.0, 5.0}) {
    for (double tau_m : {0.5, 10.0, 200.0}) {
      for (double tau_s : {0.5, 2.0, 300.0}) {
        EXPECT_LT(relative(lif_p21(h, tau_m, tau_s, 1), p21_by_quadrature(h, tau_m, tau_s, 1)), 4e-15)
            << h << " " << tau_m << " " << tau_s;
        EXPECT_LT(relative(lif_p20(h, tau_m, 1) + std::exp(-h / tau_m), 1), 3e-16);
      }
    }
  }
}

template <class T>
double potential_at_5ms() {
  NestNeuron nest;
  nest.v_th = 1e9;
  const auto c = nest.constants<T>();
  LifState<T> s;
  for (int step = 0; step < 50; ++step) lif_step<kOfReference>(s, c, T(0), T(0), T(1000));
  return s.u;
}

TEST(ExactIntegration, ReachesThePublishedPotentialAt5ms) {
  const double expected = 15.738773611494663;
  EXPECT_NEAR(potential_at_5ms<double>(), expected, 1e-13);
  EXPECT_NEAR(potential_at_5ms<float>(), expected, 4e-6);
}

TEST(ExactIntegration, DoesNotDependOnTheStepUnderDirectCurrent) {
  // As NEST's test_iaf_ps_dc_accuracy: h = 2^0 .. 2^-13 ms; 1e-13 at 5 ms, 1e-9 at 500 ms. At 5 ms the many roundings
  // of small steps are allowed for: one a step, half a unit in the last place of V < 16 mV.
  for (int power = 0; power <= 13; ++power) {
    NestNeuron nest;
    nest.h = std::ldexp(1.0, -power);
    nest.v_th = 1e9;
    const auto c = nest.constants<double>();
    LifState<double> s;
    const int per_ms = 1 << power;
    for (int step = 0; step < 500 * per_ms; ++step) {
      lif_step<kOfReference>(s, c, 0.0, 0.0, 1000.0);
      if (step + 1 == 5 * per_ms) {
        const double tolerance = std::max(1e-13, 5 * per_ms * std::ldexp(1.0, -50));
        EXPECT_NEAR(s.u, 15.738773611494663, tolerance) << "h = 2^-" << power;
      }
    }
    EXPECT_NEAR(s.u, 40.0, 1e-9) << "h = 2^-" << power;
  }
}

// The postsynaptic potential of a spike of weight w (pA) that arrived at time 0, after `steps` steps of h.
double psp(double h, int steps, double w, double tau_s = 2) {
  NestNeuron nest;
  nest.h = h;
  nest.tau_s = tau_s;
  const auto c = nest.constants<double>();
  LifState<double> s;
  lif_step<kOfReference>(s, c, w, 0.0, 0.0);
  EXPECT_EQ(s.u, 0) << "an arrival must not move the potential in the step in which it arrives";
  for (int k = 0; k < steps; ++k) lif_step<kOfReference>(s, c, 0.0, 0.0, 0.0);
  return s.u;
}

TEST(PostsynapticPotential, HasThePublishedShape) {
  EXPECT_NEAR(psp(0.1, 10, 20), 0.0596613516647, 1e-13);
  EXPECT_NEAR(psp(0.1, 100, 20), 0.0722282988345, 1e-13);
  const double peak_ms = 4.023594781;
  EXPECT_NEAR(psp(peak_ms / 64, 64, 20), 0.106998448796, 1e-12);
  EXPECT_LT(psp(peak_ms / 64, 63, 20), psp(peak_ms / 64, 64, 20));
  EXPECT_LT(psp(peak_ms / 64, 65, 20), psp(peak_ms / 64, 64, 20));
}

TEST(PostsynapticPotential, DoesNotDependOnTheStep) {
  for (int ms : {1, 4, 10, 40}) {
    const double reference = psp(0.1, 10 * ms, 20);
    for (double h : {0.2, 0.5, 1.0}) {
      EXPECT_NEAR(psp(h, static_cast<int>(std::lround(ms / h)), 20), reference, 1e-14) << h << " " << ms;
    }
  }
}

TEST(PostsynapticPotential, IsSmoothThroughEqualTimeConstants) {
  const double t = 5, w = 20;
  const double meeting = w / 250 * t * std::exp(-t / 10);  // alpha function: the limit tau_s -> tau_m
  EXPECT_NEAR(psp(0.1, 50, w, 10), meeting, 1e-14);
  for (double d = 1e-10; d < 0.2; d *= 10) {
    EXPECT_NEAR(psp(0.1, 50, w, 10 + d), meeting, 0.3 * meeting * d / 10 + 1e-14) << d;
    EXPECT_NEAR(psp(0.1, 50, w, 10 - d), meeting, 0.3 * meeting * d / 10 + 1e-14) << d;
  }
}

TEST(Velocity, IsTheTimeDerivativeOfTheExactSolution) {
  // Potential and current at the end of a step of h, and of one a little longer.
  const auto at_end = [](double h) {
    NestNeuron nest;
    nest.h = h;
    nest.v_th = 1e9;
    const auto c = nest.constants<double>();
    LifState<double> s;
    s.u = 3;
    s.i[0] = 120;
    LifProbe<double> probe{};
    lif_step<kOfReference>(s, c, 77.0, 0.0, 50.0, &probe);
    return probe;
  };
  const double eps = 1e-5;
  const auto now = at_end(0.1);
  EXPECT_NEAR(now.current, 50 + 120 * std::exp(-0.05), 1e-12);  // before this step's arrivals
  const double derivative = (at_end(0.1 + eps).u_before - at_end(0.1 - eps).u_before) / (2 * eps);
  EXPECT_NEAR(lif_velocity(now.u_before, now.current, 10.0, 0.04), derivative, 1e-9);
}

}  // namespace
}  // namespace sprig
