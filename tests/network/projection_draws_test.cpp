// Draws of projections: the words of their blocks, the same sixteen at a time as one by one, counted exactly.
#include <gtest/gtest.h>

#include "tests/network/projection_support.hpp"

#if defined(_OPENMP)
#include <omp.h>
#endif

namespace sprig::test {
namespace {

TEST(ProjectionDraw, IsTheWordsOfItsBlock) {
  Projection p = projection(Rule::fixed_in_degree, 100, 30);
  p.source_first = 40;
  p.source_count = 60;
  p.delay_ms = {Kind::uniform, 1, 2};
  const ProjectionDraws draws(procedural(100, {projection(Rule::bernoulli, 100, 0.1), p}, 9));
  const ProjectionView view = draws.tables().view();

  for (std::uint32_t k = 0; k < 30; ++k) {
    const PhiloxBlock block = philox4x32({{17, k, 1, 0}}, 9, 5);
    const DrawnSynapse synapse = draw_synapse(view, 1, 17, k, candidates(view.projections[1], 17));
    EXPECT_EQ(synapse.source, 40 + static_cast<std::uint32_t>(block.word[0] / 4294967296.0 * 60));
    EXPECT_EQ(synapse.weight, 1.0f);
    EXPECT_EQ(synapse.delay, std::lround(10 + block.word[2] / 4294967296.0 * 10));
  }
}

TEST(ProjectionDraws, SixteenAtATimeAreTheSameAsOneByOne) {
  IncomingSynapses all, weights, sources;
  std::uint64_t compared = 0;
  for (std::uint32_t salt = 0; salt < 40; ++salt) {
    const std::uint32_t neurons = 20 + 7 * salt;
    const ProjectionDraws draws(procedural(neurons, varied_projections(neurons, salt), salt));
    const ProjectionView view = draws.tables().view();
    for (std::uint32_t target = 0; target < neurons; ++target) {
      draws.onto(target, all);
      draws.onto(target, weights, Incoming::sources_and_weights);
      draws.onto(target, sources, Incoming::sources);
      std::size_t at = 0;
      for (std::uint32_t p = 0; p < view.count; ++p) {
        const std::uint32_t count = draws.in_degree(p, target);
        if (target - view.projections[p].target_first >= view.projections[p].target_count) {
          ASSERT_EQ(count, 0u);
          continue;
        }
        const std::vector<DrawnSynapse> expected = drawn_one_by_one(view, p, target, count);
        ASSERT_EQ(expected.size(), count) << "projection " << p << ", target " << target;
        for (const DrawnSynapse& synapse : expected) {
          ASSERT_EQ(all.sources[at], synapse.source) << "projection " << p << ", target " << target;
          ASSERT_EQ(all.weights[at], synapse.weight);
          ASSERT_EQ(all.delays[at], synapse.delay);
          ASSERT_EQ(weights.sources[at], synapse.source);
          ASSERT_EQ(weights.weights[at], synapse.weight);
          ASSERT_EQ(sources.sources[at], synapse.source);
          ++at, ++compared;
        }
      }
      ASSERT_EQ(all.count, at);
      ASSERT_EQ(draws.in_degree(target), at);
    }
  }
  EXPECT_GT(compared, 300000u);
}

TEST(ProjectionDraws, ReusedArraysKeepNothingOfTheTargetBefore) {
  const ProjectionDraws draws(procedural(50, varied_projections(50, 3)));
  IncomingSynapses fresh, reused;
  for (std::uint32_t target = 0; target < 50; ++target) draws.onto(target, reused);
  for (std::uint32_t target = 0; target < 50; ++target) {
    fresh = {};
    draws.onto(target, fresh);
    draws.onto(target, reused);
    ASSERT_EQ(fresh.count, reused.count);
    for (std::size_t k = 0; k < fresh.count; ++k) {
      ASSERT_EQ(fresh.sources[k], reused.sources[k]);
      ASSERT_EQ(fresh.weights[k], reused.weights[k]);
      ASSERT_EQ(fresh.delays[k], reused.delays[k]);
    }
  }
}

TEST(ProjectionDraws, InDegreesOfAFixedTotalAreBallsThatFall) {
  for (const std::uint64_t synapses : {1ull, 63ull, 64ull, 65ull, 4099ull, 100000ull}) {
    Projection p = projection(Rule::fixed_total, 300, static_cast<double>(synapses));
    p.target_first = 100;
    p.target_count = 77;
    const ProjectionDraws draws(procedural(300, {projection(Rule::fixed_in_degree, 300, 2), p}, 5));
    std::vector<std::uint32_t> hits(77, 0);
    for (std::uint64_t e = 0; e < synapses; ++e)
      ++hits[(std::uint64_t{philox4x32({{static_cast<std::uint32_t>(e / 4), 0, 1, 0}}, 5, 6).word[e % 4]} * 77) >> 32];

    EXPECT_EQ(draws.synapses(1), synapses);
    EXPECT_EQ(draws.synapses(), synapses + 600);
    for (std::uint32_t i = 0; i < 77; ++i) ASSERT_EQ(draws.in_degree(1, 100 + i), hits[i]) << synapses;
    EXPECT_EQ(draws.in_degree(1, 99), 0u);
    EXPECT_EQ(draws.in_degree(1, 177), 0u);
  }
}

// What ranks draw: each the synapses onto a range of neurons, together those of the network.
TEST(ProjectionDraws, OfARangeOfTargetsAreThoseOfAll) {
  for (std::uint32_t salt = 0; salt < 10; ++salt) {
    const std::uint32_t neurons = 90 + 7 * salt;
    const ProceduralNetwork network = procedural(neurons, varied_projections(neurons, salt), salt);
    const ProjectionDraws all(network);
    std::vector<std::uint64_t> totals(network.projections.size(), 0);
    std::vector<std::uint32_t> degrees(neurons, 0);
    for (const TargetRange& range :
         {TargetRange{0, 1}, TargetRange{1, 40}, TargetRange{40, 41}, TargetRange{41, neurons}}) {
      const ProjectionDraws draws(network, range);
      IncomingSynapses in, expected;
      for (std::uint32_t target = 0; target < neurons; ++target) {
        const bool own = range.first <= target && target < range.end;
        ASSERT_EQ(draws.in_degree(target), own ? all.in_degree(target) : 0) << target;
        if (!own) continue;
        draws.onto(target, in);
        all.onto(target, expected);
        ASSERT_EQ(in.count, expected.count);
        for (std::size_t k = 0; k < in.count; ++k) {
          ASSERT_EQ(in.sources[k], expected.sources[k]);
          ASSERT_EQ(in.weights[k], expected.weights[k]);
          ASSERT_EQ(in.delays[k], expected.delays[k]);
        }
      }
      for (std::size_t p = 0; p < totals.size(); ++p) totals[p] += draws.totals()[p];
      const std::vector<std::uint32_t> part = out_degrees(network, 2, range);
      for (std::uint32_t i = 0; i < neurons; ++i) degrees[i] += part[i];
    }
    EXPECT_EQ(totals, all.totals());
    EXPECT_EQ(degrees, out_degrees(network, 1));
  }
}

TEST(ProjectionDraws, CountTheSameOnAnyNumberOfThreads) {
#if defined(_OPENMP)
  const int before = omp_get_max_threads();
  const ProceduralNetwork network = procedural(400, varied_projections(400, 7));
  omp_set_num_threads(1);
  const ProjectionDraws one(network);
  for (const int threads : {2, 3, 7}) {
    omp_set_num_threads(threads);
    const ProjectionDraws many(network);
    for (std::size_t p = 0; p < network.projections.size(); ++p)
      for (std::uint32_t target = 0; target < 400; ++target)
        ASSERT_EQ(many.in_degree(p, target), one.in_degree(p, target)) << threads;
  }
  omp_set_num_threads(before);
#else
  GTEST_SKIP() << "built without OpenMP: there is one thread";
#endif
}

TEST(ProjectionDraws, KnowTheirBounds) {
  Projection none = projection(Rule::fixed_total, 50, 0);
  none.weight = {Kind::constant, 100, 0};
  none.delay_ms = {Kind::constant, 100, 0};
  Projection normal = projection(Rule::fixed_in_degree, 50, 20);
  normal.weight = {Kind::normal, -1, 0.1};
  normal.delay_ms = {Kind::normal, 1.5, 0.75};
  const ProjectionDraws empty(procedural(50, {none})), draws(procedural(50, {none, normal}));

  EXPECT_EQ(empty.min_delay(), 1);
  EXPECT_EQ(empty.max_delay(), 1);
  EXPECT_EQ(empty.largest_weight(), 0);
  EXPECT_EQ(draws.min_delay(), 1);
  EXPECT_EQ(draws.max_delay(), 62);                  // 1.5 ms and 6.23 standard deviations
  EXPECT_NEAR(draws.largest_weight(), 1.542, 1e-3);  // 5.42 of them: the quantile table's last
}

}  // namespace
}  // namespace sprig::test
