// The colours of a page: legible on what they stand on, and told apart by colour-blind readers.
#include "host/report/style.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

namespace sprig::report {
namespace {

using Colour = std::array<double, 3>;

// sRGB to linear light (IEC 61966-2-1).
Colour linear(const std::string& hex) {
  Colour c;
  for (int k = 0; k < 3; ++k) {
    const double v = std::stoi(hex.substr(1 + 2 * k, 2), nullptr, 16) / 255.0;
    c[k] = v <= 0.04045 ? v / 12.92 : std::pow((v + 0.055) / 1.055, 2.4);
  }
  return c;
}

using Matrix = std::array<Colour, 3>;

Colour times(const Matrix& m, const Colour& c) {
  Colour out{};
  for (int i = 0; i < 3; ++i)
    for (int j = 0; j < 3; ++j) out[i] += m[i][j] * c[j];
  return out;
}

constexpr Matrix kToXyz{{{0.4124, 0.3576, 0.1805}, {0.2126, 0.7152, 0.0722}, {0.0193, 0.1192, 0.9505}}};

// WCAG 2: relative luminance and contrast.
double contrast(const std::string& a, const std::string& b) {
  const double x = times(kToXyz, linear(a))[1], y = times(kToXyz, linear(b))[1];
  return (std::max(x, y) + 0.05) / (std::min(x, y) + 0.05);
}

// CIE 1976 L*a*b* distance.
double distance(const Colour& a, const Colour& b) {
  const auto lab = [](const Colour& c) {
    Colour xyz = times(kToXyz, c), f{};
    constexpr Colour kWhite{0.9505, 1, 1.089};
    for (int k = 0; k < 3; ++k) {
      const double v = xyz[k] / kWhite[k];
      f[k] = v > 0.008856 ? std::cbrt(v) : 7.787 * v + 16.0 / 116;
    }
    return Colour{116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])};
  };
  const Colour p = lab(a), q = lab(b);
  return std::hypot(p[0] - q[0], p[1] - q[1], p[2] - q[2]);
}

// Machado, Oliveira & Fernandes 2009, severity 1.
constexpr Matrix kProtanopia{
    {{0.152286, 1.052583, -0.204868}, {0.114503, 0.786281, 0.099216}, {-0.003882, -0.048116, 1.051998}}};
constexpr Matrix kDeuteranopia{
    {{0.367322, 0.860646, -0.227968}, {0.280085, 0.672501, 0.047413}, {-0.011820, 0.042940, 0.968881}}};
constexpr Matrix kTrichromacy{{{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}};

template <std::size_t n>
void expect_contrast(const std::array<Tone, n>& tones, double least) {
  for (const Tone& tone : tones)
    for (const Tone& surface : kSurfaces) {
      EXPECT_GE(contrast(tone.light, surface.light), least) << tone.name << " on a light " << surface.name;
      EXPECT_GE(contrast(tone.dark, surface.dark), least) << tone.name << " on a dark " << surface.name;
    }
}

TEST(ReportStyle, TextAndMarksStandOutOnBothSurfaces) {
  EXPECT_NEAR(contrast("#ffffff", "#000000"), 21, 1e-3);
  expect_contrast(kInks, 4.5);
  expect_contrast(kMarks, 3);
}

TEST(ReportStyle, SeriesAreToldApartByColourBlindReaders) {
  for (const Matrix& sight : {kTrichromacy, kProtanopia, kDeuteranopia})
    for (const char* Tone::*shade : {&Tone::light, &Tone::dark})
      for (std::size_t a = 2; a < kMarks.size(); ++a)
        for (std::size_t b = a + 1; b < kMarks.size(); ++b) {
          const auto seen = [&](const char* colour) {
            Colour c = times(sight, linear(colour));
            for (double& v : c) v = std::clamp(v, 0.0, 1.0);
            return c;
          };
          EXPECT_GE(distance(seen(kMarks[a].*shade), seen(kMarks[b].*shade)), 14)
              << kMarks[a].name << " and " << kMarks[b].name << ", " << kMarks[a].*shade;
        }
}

}  // namespace
}  // namespace sprig::report
