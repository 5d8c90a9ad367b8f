// The threaded context keeps the promises of kernels/core/context.hpp: what a kernel may rely on is tested before
// kernels.
#include "tests/support/threaded_context.hpp"

#include <gtest/gtest.h>

#include <numeric>

namespace sprig::test {
namespace {

const LaunchShape kShapes[] = {{1, 32}, {2, 64, 0, 5}, {4, 128, 0, 6}};

TEST(ThreadedContext, EveryThreadOfTheGridRunsOnce) {
  for (const LaunchShape& shape : kShapes) {
    std::vector<int> visits(shape.blocks * shape.threads, 0);

    launch_threads(shape, [&](ThreadedContext& ctx) { ++visits[grid_thread(ctx)]; });

    EXPECT_EQ(visits, std::vector<int>(visits.size(), 1));
  }
}

TEST(ThreadedContext, BallotsAndShufflesStayWithinTheWarp) {
  for (const LaunchShape& shape : kShapes) {
    std::atomic<int> wrong{0};

    launch_threads(shape, [&](ThreadedContext& ctx) {
      const std::uint32_t warp = grid_warp(ctx), lane = lane_of(ctx);
      for (std::uint32_t round = 0; round < 20; ++round) {
        const std::uint32_t expected = 0x9E3779B9u * (warp + 1) + round;
        if (ctx.ballot(expected >> lane & 1) != expected) ++wrong;
        if (ctx.shuffle(1000 * warp + lane, (lane + round) % 32) != 1000 * warp + (lane + round) % 32) ++wrong;
      }
    });

    EXPECT_EQ(wrong, 0);
  }
}

TEST(ThreadedContext, BarriersOrderPlainAccesses) {
  for (const LaunchShape& shape : kShapes) {
    std::vector<std::uint32_t> values(shape.blocks * shape.threads, 0);
    std::atomic<int> wrong{0};

    launch_threads(shape, [&](ThreadedContext& ctx) {
      const std::uint64_t me = grid_thread(ctx), total = grid_threads(ctx);
      for (std::uint32_t round = 1; round <= 5; ++round) {
        values[me] = round;
        ctx.grid_barrier();
        if (values[(me + 37) % total] != round) ++wrong;
        ctx.grid_barrier();
      }
    });

    EXPECT_EQ(wrong, 0);
  }
}

TEST(ThreadedContext, SharedMemoryIsOneABlockAndReductionsComeOut) {
  for (LaunchShape shape : kShapes) {
    shape.shared_bytes = 16 + shape.threads * sizeof(std::uint64_t);
    std::vector<std::uint64_t> sums(shape.blocks, 0);

    launch_threads(shape, [&](ThreadedContext& ctx) {
      std::uint32_t* salt = ctx.shared<std::uint32_t>(1);
      std::uint64_t* partial = ctx.shared<std::uint64_t>(ctx.threads());
      if (ctx.thread() == 0) *salt = ctx.block();
      ctx.block_barrier();
      partial[ctx.thread()] = ctx.thread() + *salt;
      for (std::uint32_t half = ctx.threads() / 2; half > 0; half /= 2) {
        ctx.block_barrier();
        if (ctx.thread() < half) partial[ctx.thread()] += partial[ctx.thread() + half];
      }
      if (ctx.thread() == 0) sums[ctx.block()] = partial[0];
    });

    for (std::uint32_t b = 0; b < shape.blocks; ++b)
      EXPECT_EQ(sums[b], shape.threads * (shape.threads - 1ull) / 2 + b * shape.threads);
  }
}

TEST(ThreadedContext, AtomicsLoseNothingAndReleaseIsSeenByAcquire) {
  for (const LaunchShape& shape : kShapes) {
    std::uint32_t count = 0, flag = 0;
    std::uint64_t least = ~0ull;
    std::int32_t message = 0;
    std::atomic<int> wrong{0};

    launch_threads(shape, [&](ThreadedContext& ctx) {
      ctx.atomic_add(&count, 3u);
      ctx.atomic_min(&least, std::uint64_t{1000} - grid_thread(ctx));
      if (grid_thread(ctx) == 0) {
        message = 42;
        ctx.store<Order::release>(&flag, 1u);
      } else if (ctx.load<Order::acquire>(&flag) == 1 && message != 42) {
        ++wrong;
      }
    });

    EXPECT_EQ(count, 3 * shape.blocks * shape.threads);
    EXPECT_EQ(least, 1001u - shape.blocks * shape.threads);
    EXPECT_EQ(wrong, 0);
  }
}

}  // namespace
}  // namespace sprig::test
