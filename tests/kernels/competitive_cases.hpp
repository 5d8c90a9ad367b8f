// Models of competitive learning on which the backends are compared.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/learning/competitive_support.hpp"

namespace sprig::test {

struct CompetitiveCase {
  std::string name;
  CompetitiveOptions options;
};

inline void PrintTo(const CompetitiveCase& c, std::ostream* out) { *out << c.name; }

// Every rule and form of inhibition; sizes that fill no warp.
inline std::vector<CompetitiveCase> competitive_cases(std::uint32_t neurons, std::uint32_t steps) {
  const auto with = [&](const char* name, auto change) {
    CompetitiveOptions o = lively(neurons);
    o.steps = steps;
    o.update_steps = 7;
    o.spike_threshold = 2;
    o.decay_rate = neurons;
    o.asp_half_spikes = 5;
    o.asp_leak_tau_ms = 1000;
    o.asp_trace_tau_ms = 200;
    change(o);
    return CompetitiveCase{name, o};
  };
  return {
      with("pair", [](auto&) {}),
      with("triplet", [](auto& o) { o.rule = CompetitiveRule::triplet; }),
      with("asp", [](auto& o) { o.rule = CompetitiveRule::asp; }),
      with("spikedyn", [](auto& o) { o.rule = CompetitiveRule::spikedyn; }),
      with("spikedyn_plain",
           [](auto& o) {
             o.rule = CompetitiveRule::spikedyn;
             o.adaptive_rates = o.timed_updates = o.weight_decay = o.adaptive_theta = false;
           }),
      with("spikedyn_adaptive_at_spikes",
           [](auto& o) {
             o.rule = CompetitiveRule::spikedyn;
             o.timed_updates = o.weight_decay = o.adaptive_theta = false;
           }),
      with("spikedyn_all_emit",
           [](auto& o) { o.rule = CompetitiveRule::spikedyn, o.mu = 1, o.one_spike = false, o.inhibition_mv = 1; }),
      with("asp_all_emit", [](auto& o) { o.rule = CompetitiveRule::asp, o.one_spike = false, o.inhibition_mv = 1; }),
      with("intervals_and_rest",
           [](auto& o) {
             o.code = PixelCode::intervals, o.rate_hz = 600, o.rest_steps = 9, o.rule = CompetitiveRule::spikedyn;
           }),
      with("population", [](auto& o) { o.inhibition = Inhibition::population; }),
      with("all_emit", [](auto& o) { o.one_spike = false, o.inhibition_mv = 1, o.norm = 0; }),
      with("all_emit_population", [](auto& o) {
        o.one_spike = false, o.inhibition = Inhibition::population, o.rule = CompetitiveRule::triplet;
      })};
}

// Every width, rounding and rule; codes that are numbers for a presentation; and the options of FSpiNN and TopSpark.
// For a hundred pixels or fewer.
inline std::vector<CompetitiveCase> narrow_cases(std::uint32_t neurons, std::uint32_t steps) {
  std::vector<CompetitiveCase> cases;
  const auto add = [&](const std::string& name, std::uint32_t bits, CodeRounding rounding, CompetitiveRule rule,
                       auto change) {
    CompetitiveOptions o = lively(neurons);
    o.steps = steps;
    o.norm = 20;
    o.rate_pre = 1e-2, o.rate_post = 0.1;
    o.update_steps = 7;
    o.spike_threshold = 2;
    o.decay_rate = neurons;
    o.asp_half_spikes = 5;
    o.asp_leak_tau_ms = 1000;
    o.rule = rule;
    o.weight_bits = bits;
    o.weight_rounding = rounding;
    change(o);
    cases.push_back({name + "_" + std::to_string(bits) + "_" + std::string(name_of(rounding)), o});
  };
  const auto nothing = [](auto&) {};
  const auto between = [](auto& o) { o.weight_rounds = RoundingTime::presentation; };
  for (const std::uint32_t bits : {16u, 8u, 6u, 5u, 4u})
    for (const CodeRounding rounding : {CodeRounding::trunc, CodeRounding::nearest, CodeRounding::stochastic}) {
      for (const CompetitiveRule rule :
           {CompetitiveRule::pair, CompetitiveRule::triplet, CompetitiveRule::asp, CompetitiveRule::spikedyn})
        add(std::string(name_of(rule)), bits, rounding, rule, nothing);
      add("between", bits, rounding, CompetitiveRule::pair, between);
    }
  const CodeRounding drawn = CodeRounding::stochastic;
  add("all_emit", 4, drawn, CompetitiveRule::pair, [](auto& o) { o.one_spike = false, o.inhibition_mv = 1; });
  add("at_spikes", 4, drawn, CompetitiveRule::spikedyn, [](auto& o) { o.timed_updates = false, o.mu = 0.5; });
  add("fspinn", 8, CodeRounding::trunc, CompetitiveRule::spikedyn, [](auto& o) {
    o.depression = o.weight_decay = o.adaptive_theta = false, o.inhibition_factor = 0.4, o.theta_plus_mv = 0.5;
  });
  add("fspinn_at_spikes", 8, drawn, CompetitiveRule::spikedyn, [](auto& o) { o.depression = o.timed_updates = false; });
  add("topspark", 8, drawn, CompetitiveRule::pair, [&](auto& o) {
    o.reference_steps = 2 * steps, o.scale_threshold = 1, o.scale_theta = -1, o.scale_rates = -0.5;
    o.scale_refractory = 0.5, o.answer_steps = steps - 5, o.code = PixelCode::intervals, o.rate_hz = 600;
  });
  return cases;
}

// Three models of a case, one that does not learn, presented with some images by `present` and by the CPU.
template <class Present>
void expect_cpus_bits(const CompetitiveCase& c, std::uint32_t pixels, Present present) {
  Pictures pictures = noise(5, pixels);
  std::vector<CompetitiveOptions> options(3, c.options);
  options[1].seed = 2;
  options[1].neurons += 3;
  const std::vector<std::uint32_t> first{3, 0, 4}, second{1, 1};
  std::vector<CompetitiveState> ours, cpus;
  for (const CompetitiveOptions& o : options) ours.push_back(initial_state(o, pixels));
  cpus = ours;
  const auto jobs_on = [&](std::vector<CompetitiveState>& states) {
    std::vector<Presentations> jobs{job(options[0], states[0], pictures.images, first),
                                    job(options[1], states[1], pictures.images, second),
                                    job(options[2], states[2], pictures.images, first, false)};
    jobs[1].first_step = c.options.steps + 3;
    return jobs;
  };
  std::vector<Presentations> a = jobs_on(ours), b = jobs_on(cpus);
  present(View<Presentations>(a));
  cpu::present(b, 1);

  for (std::size_t m = 0; m < 3; ++m) {
    EXPECT_EQ(a[m].counts, b[m].counts) << m;
    EXPECT_EQ(ours[m].weights, cpus[m].weights) << m;
    EXPECT_EQ(ours[m].codes, cpus[m].codes) << m;
    EXPECT_EQ(ours[m].theta, cpus[m].theta) << m;
    EXPECT_EQ(ours[m].spikes, cpus[m].spikes) << m;
    EXPECT_EQ(ours[m].slow, cpus[m].slow) << m;
    EXPECT_EQ(a[m].operations.neuron_updates, b[m].operations.neuron_updates) << m;
    EXPECT_EQ(a[m].operations.synaptic_events, b[m].operations.synaptic_events) << m;
    EXPECT_EQ(a[m].operations.weight_updates, b[m].operations.weight_updates) << m;
    EXPECT_EQ(a[m].operations.powers, b[m].operations.powers) << m;
    EXPECT_EQ(a[m].operations.trace_updates, b[m].operations.trace_updates) << m;
    EXPECT_EQ(a[m].operations.weight_reads, b[m].operations.weight_reads) << m;
    EXPECT_EQ(a[m].operations.weight_writes, b[m].operations.weight_writes) << m;
    EXPECT_EQ(a[m].operations.state_bytes, b[m].operations.state_bytes) << m;
    double spikes = 0;
    for (const std::uint32_t count : b[m].counts) spikes += count;
    EXPECT_GT(spikes, 0) << m;
  }
}

}  // namespace sprig::test
