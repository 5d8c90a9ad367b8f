// Adam by hand and against NumPy, and the clipping of gradients.
#include <gtest/gtest.h>

#include <cmath>

#include "sprig/learning/bptt/adam.hpp"
#include "tests/support/python.hpp"

namespace sprig {
namespace {

// The first step is the learning rate, whatever the gradient's size: both corrected moments are those of one sample.
TEST(Adam, FirstStepIsTheLearningRateAgainstTheGradientsSign) {
  Adam adam(3, {});
  std::vector<double> x{1, 1, 1};
  adam.step(x, std::vector<double>{1e-3, -50, 0}, 0.1);
  EXPECT_NEAR(x[0], 0.9, 1e-5);
  EXPECT_NEAR(x[1], 1.1, 1e-9);
  EXPECT_EQ(x[2], 1);
}

// Two steps of gradients 1 and 3 with beta1 = 1/2, beta2 = 3/4, epsilon 0:
//   m = 1/2, then 7/4; v = 1/4, then 39/16; corrected 1 and 1, then (7/4)/(3/4) = 7/3 and (39/16)/(7/16) = 39/7.
TEST(Adam, TwoStepsByHand) {
  Adam adam(1, {0.5, 0.75, 0});
  std::vector<double> x{0};
  adam.step(x, std::vector<double>{1}, 1);
  EXPECT_DOUBLE_EQ(x[0], -1);
  adam.step(x, std::vector<double>{3}, 1);
  EXPECT_DOUBLE_EQ(x[0], -1 - (7.0 / 3) / std::sqrt(39.0 / 7));
}

TEST(Adam, AgreesWithNumPyOverAHundredSteps) {
  const auto numbers = test::python_numbers("adam", R"(
import numpy as np
x = np.array([0.5, -2.0, 3.0]); m = np.zeros(3); v = np.zeros(3)
for t in range(1, 101):
    g = 2 * x + np.sin(np.arange(3) + t)
    m = 0.9 * m + 0.1 * g
    v = 0.999 * v + 0.001 * g * g
    x = x - 0.05 * (m / (1 - 0.9 ** t)) / (np.sqrt(v / (1 - 0.999 ** t)) + 1e-8)
print(*(repr(float(a)) for a in x))
)");
  if (!numbers) GTEST_SKIP() << "no NumPy";
  ASSERT_EQ(numbers->size(), 3u);
  Adam adam(3, {});
  std::vector<double> x{0.5, -2, 3}, gradient(3);
  for (int t = 1; t <= 100; ++t) {
    for (int k = 0; k < 3; ++k) gradient[k] = 2 * x[k] + std::sin(k + t);
    adam.step(x, gradient, 0.05);
  }
  for (int k = 0; k < 3; ++k) EXPECT_NEAR(x[k], (*numbers)[k], 1e-10);
}

TEST(ClipNorm, ShortensBothPartsAlike) {
  std::vector<double> a{3, 0}, b{4};
  EXPECT_DOUBLE_EQ(clip_norm(a, b, 10), 5);
  EXPECT_DOUBLE_EQ(clip_norm(a, b, 0), 5);
  EXPECT_EQ(a[0], 3);
  EXPECT_DOUBLE_EQ(clip_norm(a, b, 1), 5);
  EXPECT_DOUBLE_EQ(a[0], 0.6);
  EXPECT_DOUBLE_EQ(b[0], 0.8);
}

}  // namespace
}  // namespace sprig
