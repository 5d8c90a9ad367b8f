// The law of the series ar2_season (Box & Jenkins, Time Series Analysis, section 3.2).
#pragma once

namespace sprig {

inline constexpr double kAr1 = 1.6, kAr2 = -0.8;  // of the autoregressive part: a damped oscillation of 13.6 samples
inline constexpr double kSeasonPeriod = 50;       // samples

// Autocorrelation at one sample, and the variance of the noise that gives the part variance 1.
inline constexpr double kArCorrelation = kAr1 / (1 - kAr2);
inline constexpr double kArNoiseVariance = (1 + kAr2) * ((1 - kAr2) * (1 - kAr2) - kAr1 * kAr1) / (1 - kAr2);

}  // namespace sprig
