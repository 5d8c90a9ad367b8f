// Competitive learning: simulation steps a second, learning, by rule and size; one model on one core, and many side by
// side on the device, if there is one. Images are the glyphs, of which a model first learns 500 that are not timed:
// what has learnt fires less. Weights of 32 bits, and of fewer: spikedyn_4_stochastic.
#include <benchmark/benchmark.h>

#include <numeric>
#include <string>

#include "sprig/engine/device.hpp"
#include "sprig/learning/competitive/competitive.hpp"
#include "sprig/tasks/images.hpp"

namespace {

using namespace sprig;

constexpr std::uint32_t kImages = 200, kWarm = 500;

struct Rule {
  CompetitiveRule rule = CompetitiveRule::pair;
  std::uint32_t bits = 32;
  CodeRounding rounding = CodeRounding::trunc;

  std::string name() const {
    const std::string name(name_of(rule));
    return bits == 32 ? name : name + "_" + std::to_string(bits) + "_" + std::string(name_of(rounding));
  }
};

// Models that learn the same images on different seeds.
struct Class {
  std::vector<CompetitiveOptions> options;
  std::vector<CompetitiveState> states;
  PixelImages images;
  Device device;

  Class(const Rule& rule, std::uint32_t neurons, std::uint32_t models, Device on) : device(on) {
    static const ImageSet set = load_images("glyphs", "", ImagePart::train);
    images = {set.data, set.shape.pixels(), 0};
    for (std::uint32_t seed = 1; seed <= models; ++seed) {
      CompetitiveOptions o;
      o.neurons = neurons;
      o.seed = seed;
      o.rule = rule.rule;
      o.weight_bits = rule.bits;
      o.weight_rounding = rule.rounding;
      o.steps = 350;
      o.rate_hz = 63.75;
      options.push_back(o);
      states.push_back(initial_state(o, images.pixels));
    }
    learn(states, 0, kWarm, device);
  }

  void learn(std::vector<CompetitiveState>& of, std::uint32_t first, std::uint32_t count, Device on) const {
    std::vector<std::uint32_t> which(count);
    std::iota(which.begin(), which.end(), first);
    std::vector<Presentations> jobs;
    for (std::size_t m = 0; m < of.size(); ++m) {
      Presentations& job = jobs.emplace_back();
      job.options = &options[m], job.state = &of[m];
      job.images = &images, job.which = which;
    }
    present(jobs, on, 1);
  }
};

void run(benchmark::State& bench, const Rule& rule, std::uint32_t models, Device device) {
  const Class of(rule, static_cast<std::uint32_t>(bench.range(0)), models, device);
  if (device == Device::cuda) {  // a few images of one model, against the CPU
    std::vector<CompetitiveState> ours{of.states[0]}, cpus = ours;
    of.learn(ours, 0, 3, device);
    of.learn(cpus, 0, 3, Device::cpu);
    if (ours[0].weights != cpus[0].weights || ours[0].codes != cpus[0].codes) {
      bench.SkipWithError("the device's weights are not the CPU's");
      return;
    }
  }
  for (auto _ : bench) {
    std::vector<CompetitiveState> learning = of.states;
    of.learn(learning, kWarm, kImages, device);
    benchmark::DoNotOptimize(learning.data());
  }
  const double images = static_cast<double>(bench.iterations()) * kImages;
  bench.counters["steps/s"] = benchmark::Counter(images * models * of.options[0].steps, benchmark::Counter::kIsRate);
  bench.counters["s/60000 images"] =
      benchmark::Counter(images / 60000, benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}

benchmark::internal::Benchmark* rows(const std::string& group, const Rule& rule, std::uint32_t models, Device device) {
  const std::string name = group + "/" + rule.name();
  return benchmark::RegisterBenchmark(name.c_str(), [=](benchmark::State& bench) { run(bench, rule, models, device); })
      ->Unit(benchmark::kMillisecond)
      ->UseRealTime()
      ->Repetitions(5)
      ->ReportAggregatesOnly(true);
}

const bool registered = [] {
  std::vector<Rule> rules{
      {CompetitiveRule::pair}, {CompetitiveRule::triplet}, {CompetitiveRule::asp}, {CompetitiveRule::spikedyn}};
  for (const CompetitiveRule rule : {CompetitiveRule::pair, CompetitiveRule::spikedyn})
    for (const std::uint32_t bits : {8u, 4u})
      for (const CodeRounding rounding : {CodeRounding::trunc, CodeRounding::stochastic})
        rules.push_back({rule, bits, rounding});
  for (const Rule& rule : rules) {
    auto* row = rows("learn", rule, 1, Device::cpu)->Arg(400);
    if (rule.rule != CompetitiveRule::pair) continue;
    if (rule.bits == 32) row->Arg(100)->Arg(1600);
    if (rule.bits == 32 || rule.rounding == CodeRounding::stochastic) row->Arg(4900);
  }
  if (cuda::devices().empty()) return true;
  for (const Rule& rule : rules) rows("learn_128_on_device", rule, 128, Device::cuda)->Arg(400);
  return true;
}();

}  // namespace
