// Small models of competitive learning, and a plain one to compare with: full matrices, every step of BindsNET's
// Network.run() in its order, with no regard for time.
#pragma once

#include <cmath>
#include <cstdint>
#include <vector>

#include "sprig/core/random.hpp"
#include "sprig/learning/competitive/competitive.hpp"
#include "sprig/learning/competitive/weight_codes.hpp"

namespace sprig::test {

struct Pictures {
  std::vector<std::uint8_t> data;
  PixelImages images;

  Pictures(std::vector<std::uint8_t> bytes, std::uint32_t pixels) : data(std::move(bytes)) {
    images = {data, pixels, 0};
  }
};

// `count` images of noise.
inline Pictures noise(std::uint32_t count, std::uint32_t pixels, std::uint32_t seed = 3) {
  std::vector<std::uint8_t> bytes;
  for (std::uint64_t k = 0; k < std::uint64_t{count} * pixels; ++k)
    bytes.push_back(static_cast<std::uint8_t>(draw_block(seed, Stream::test, k, 0).word[0] & 255));
  return {std::move(bytes), pixels};
}

// A model whose neurons fire often under a few dozen pixels.
inline CompetitiveOptions lively(std::uint32_t neurons) {
  CompetitiveOptions options;
  options.neurons = neurons;
  options.steps = 60;
  options.initial_weight = 1;
  options.norm = 12;
  options.rate_pre = 1e-3;
  options.inhibition_mv = 5;
  return options;
}

inline Presentations job(const CompetitiveOptions& options, CompetitiveState& state, const PixelImages& images,
                         const std::vector<std::uint32_t>& which, bool learning = true) {
  Presentations p;
  p.options = &options;
  p.state = &state;
  p.images = &images;
  p.which = which;
  p.learning = learning;
  return p;
}

inline std::vector<std::uint32_t> presented(const CompetitiveOptions& options, CompetitiveState& state,
                                            const PixelImages& images, const std::vector<std::uint32_t>& which,
                                            bool learning = true) {
  std::vector<Presentations> jobs{job(options, state, images, which, learning)};
  cpu::present(jobs, 1);
  return jobs[0].counts;
}

// One neuron, no leak, and one input that spikes in every step, weight 5: the input of step t acts in t + 1, so u is 0,
// 5, 10 and reaches 15 >= 13 at step 3; it is reset to 5 and deaf for 5 steps, 4 to 8; u is 10 at 9, 15 at 10: so
// spikes at 3, 10 and 17. Every step takes nu_pre y off the weight, every spike adds nu_post.
inline CompetitiveOptions by_hand() {
  CompetitiveOptions o;
  o.neurons = 1;
  o.steps = 20;
  o.rate_hz = 1000;
  o.tau_m_ms = 1e30;
  o.tau_theta_ms = 1e30;
  o.weight_max = 10;
  o.norm = 0;
  return o;
}
inline std::vector<std::uint32_t> present_by_hand(const CompetitiveOptions& options, CompetitiveState& state) {
  Pictures white({255}, 1);
  state = initial_state(options, 1);
  state.weights = {5};
  return presented(options, state, white.images, {0});
}

// A new weight, and what its rounding is keyed by.
struct Rounded {
  float w;
  std::uint32_t p, j, image;
  std::uint64_t step;
  RoundingPhase phase;
};
inline float not_rounded(const Rounded& at) { return at.w; }

// BindsNET's DiehlAndCook2015v2 with PostPre, direct inhibition; all images, learning.
template <class Round = float (*)(const Rounded&)>
std::vector<std::uint32_t> plain_presentations(const CompetitiveOptions& o, CompetitiveState& state,
                                               const PixelImages& images, std::uint32_t count,
                                               Round round = not_rounded) {
  const std::uint32_t n = o.neurons, inputs = images.pixels;
  const auto exp_of = [&](double tau) { return static_cast<float>(std::exp(-o.step_ms / tau)); };
  const float leak = exp_of(o.tau_m_ms), theta_decay = exp_of(o.tau_theta_ms), trace_decay = exp_of(o.trace_tau_ms);
  const auto nu0 = static_cast<float>(o.rate_pre), nu1 = static_cast<float>(o.rate_post);
  std::vector<std::uint32_t> counts;
  for (std::uint32_t image = 0; image < count; ++image) {
    std::vector<float> v(n, static_cast<float>(0)), x(inputs, 0), y(n, 0);
    std::vector<double> refractory(n, 0);
    std::vector<std::uint8_t> s_in(inputs, 0), s_out(n, 0);
    std::vector<std::uint32_t> spikes(n, 0);
    for (std::uint32_t t = 0; t < o.steps; ++t) {
      std::vector<float> current(n, 0);  // of the last step's spikes
      for (std::uint32_t j = 0; j < n; ++j) {
        for (std::uint32_t p = 0; p < inputs; ++p)
          if (s_in[p]) current[j] += state.weights[p * n + j];
        float others = 0;
        for (std::uint32_t i = 0; i < n; ++i)
          if (s_out[i] && i != j) others += static_cast<float>(o.inhibition_mv);
        current[j] -= others;
      }
      for (std::uint32_t p = 0; p < inputs; ++p) {
        const PhiloxBlock block = step_block(o.seed, Stream::image_encoder, p, images.first_id + image, t);
        s_in[p] =
            block.word[t & 3] < o.rate_hz * images.data[image * inputs + p] / 255 * o.step_ms * 1e-3 * 4294967296.0;
        x[p] = s_in[p] ? 1 : x[p] * trace_decay;
      }
      std::vector<std::uint32_t> crossed;
      for (std::uint32_t j = 0; j < n; ++j) {
        v[j] = leak * v[j];
        state.theta[j] *= theta_decay;
        if (refractory[j] <= 0) v[j] += current[j];
        refractory[j] -= o.step_ms;
        if (v[j] < static_cast<float>(o.threshold_mv - o.rest_mv) + state.theta[j]) continue;
        refractory[j] = o.refractory_ms;
        v[j] = static_cast<float>(o.reset_mv - o.rest_mv);
        state.theta[j] += static_cast<float>(o.theta_plus_mv);
        crossed.push_back(j);
      }
      if (o.one_spike && crossed.size() > 1) {
        const std::uint32_t word =
            step_block(o.seed, Stream::competitive_winner, 0, images.first_id + image, t).word[t & 3];
        crossed = {crossed[static_cast<std::size_t>(std::uint64_t{word} * crossed.size() >> 32)]};
      }
      for (std::uint32_t j = 0; j < n; ++j) s_out[j] = 0, y[j] *= trace_decay;
      for (const std::uint32_t j : crossed) s_out[j] = 1, y[j] = 1, ++spikes[j];
      for (std::uint32_t p = 0; p < inputs; ++p)
        for (std::uint32_t j = 0; j < n; ++j) {
          float& w = state.weights[p * n + j];
          if (s_in[p]) w -= nu0 * y[j];
          if (s_out[j]) w += nu1 * x[p];
          w = std::min(std::max(w, 0.0f), static_cast<float>(o.weight_max));
          if (s_in[p] || s_out[j])
            w = round({w, p, j, images.first_id + image, t, s_out[j] ? RoundingPhase::column : RoundingPhase::row});
        }
    }
    for (std::uint32_t j = 0; j < n && o.norm > 0; ++j) {
      float sum = 0;
      for (std::uint32_t p = 0; p < inputs; ++p) sum += state.weights[p * n + j];
      for (std::uint32_t p = 0; p < inputs; ++p) {
        float& w = state.weights[p * n + j];
        w *= static_cast<float>(o.norm) / sum;
        w = round({w, p, j, images.first_id + image, o.steps, RoundingPhase::norm});
      }
    }
    counts.insert(counts.end(), spikes.begin(), spikes.end());
  }
  return counts;
}

}  // namespace sprig::test
