// Competitive learning: simulation steps a second of one model on one core, learning, by rule and size. Images are the
// glyphs, of which a model first learns 500 that are not timed: what has learnt fires less.
#include <benchmark/benchmark.h>

#include <numeric>

#include "sprig/learning/competitive.hpp"
#include "sprig/tasks/images.hpp"

namespace {

using namespace sprig;

constexpr std::uint32_t kImages = 200;

void present(CompetitiveOptions& options, CompetitiveState& state, const PixelImages& images, std::uint32_t first,
             std::uint32_t count) {
  std::vector<std::uint32_t> which(count);
  std::iota(which.begin(), which.end(), first);
  std::vector<Presentations> job{{&options, &state, &images, which, 0, true, {}, {}}};
  cpu::present(job, 1);
}

void BM_learn(benchmark::State& bench, FeatureRule rule) {
  static const ImageSet set = load_images("glyphs", "", ImagePart::train);
  const PixelImages images{set.data, set.shape.pixels(), 0};
  CompetitiveOptions options;
  options.neurons = static_cast<std::uint32_t>(bench.range(0));
  options.rule = rule;
  options.steps = 350;
  options.rate_hz = 63.75;
  CompetitiveState state = initial_state(options, images.pixels);
  present(options, state, images, 0, 500);
  for (auto _ : bench) {
    CompetitiveState learning = state;
    present(options, learning, images, 500, kImages);
    benchmark::DoNotOptimize(learning.weights.data());
  }
  const double steps = static_cast<double>(bench.iterations()) * kImages * options.steps;
  bench.counters["steps/s"] = benchmark::Counter(steps, benchmark::Counter::kIsRate);
  bench.counters["s/60000 images"] = benchmark::Counter(static_cast<double>(bench.iterations()) * kImages / 60000,
                                                        benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}

void rows(benchmark::internal::Benchmark* bench) {
  bench->Unit(benchmark::kMillisecond)->Repetitions(5)->ReportAggregatesOnly(true);
}

BENCHMARK_CAPTURE(BM_learn, pair, FeatureRule::pair)->Arg(100)->Arg(400)->Arg(1600)->Apply(rows);
BENCHMARK_CAPTURE(BM_learn, triplet, FeatureRule::triplet)->Arg(400)->Apply(rows);
BENCHMARK_CAPTURE(BM_learn, asp, FeatureRule::asp)->Arg(400)->Apply(rows);
BENCHMARK_CAPTURE(BM_learn, spikedyn, FeatureRule::spikedyn)->Arg(400)->Apply(rows);

}  // namespace
