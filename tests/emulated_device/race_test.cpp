// Under ThreadSanitizer: a race between threads of a kernel is found in a run that shows nothing of it, and barriers,
// collectives and atomic operations order what they order on a device.
#include "tests/emulated_device/support.hpp"

namespace sprig::test {
namespace {

using cuda::CudaContext;

class Races : public EmulatedDevice {};

// Each thread writes a word and reads that of another: of its own warp, block or grid, as `distance` says.
__global__ void read_anothers(std::uint32_t* words, std::uint32_t distance, int barrier) {
  CudaContext ctx;
  const auto at = static_cast<std::uint32_t>(grid_thread(ctx)), all = static_cast<std::uint32_t>(grid_threads(ctx));
  words[at] = at;
  if (barrier == 1) ctx.warp_barrier();
  if (barrier == 2) ctx.block_barrier();
  if (barrier == 3) ctx.grid_barrier();
  words[all + at] = words[(at + distance) % all];
}

__global__ void post(std::uint32_t* words, int ordered) {
  CudaContext ctx;
  if (ctx.thread() == 0) words[0] = 7;
  if (ordered == 0) {
    if (ctx.thread() == 0) ctx.store<Order::relaxed>(words + 1, 1u);
    while (ctx.load<Order::relaxed>(words + 1) == 0) ctx.pause();
  } else {
    if (ctx.thread() == 0) ctx.store<Order::release>(words + 1, 1u);
    while (ctx.load<Order::acquire>(words + 1) == 0) ctx.pause();
  }
  words[2 + ctx.thread()] = words[0];
}

TEST_F(Races, ABarrierOrdersThoseWhomItBrings) {
  auto* words = device_memory<std::uint32_t>(256);
  ASSERT_EQ(launch({2, 64, 0, true}, read_anothers, words, 64u, 3), cudaSuccess);
  ASSERT_EQ(launch({2, 64, 0, true}, read_anothers, words, 32u, 3), cudaSuccess);
  ASSERT_EQ(launch({1, 64}, read_anothers, words, 32u, 2), cudaSuccess);
  ASSERT_EQ(launch({1, 32}, read_anothers, words, 1u, 1), cudaSuccess);
  ASSERT_EQ(launch({2, 64}, read_anothers, words, 0u, 0), cudaSuccess);
  ASSERT_EQ(cudaMemsetAsync(words, 0, 256, stream), cudaSuccess);
  ASSERT_EQ(launch({1, 64}, post, words, 1), cudaSuccess);
  EXPECT_EQ(fetched(words, 66), (std::vector<std::uint32_t>{[] {
              std::vector<std::uint32_t> expected(66, 7);
              expected[1] = 1;
              return expected;
            }()}));
}

TEST_F(Races, WithoutOneItIsARace) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  const auto run = [&](unsigned blocks, unsigned threads, std::uint32_t distance, int barrier) {
    auto* words = device_memory<std::uint32_t>(256);
    launch({blocks, threads, 0, true}, read_anothers, words, distance, barrier);
    synchronize();
    std::exit(0);
  };
  EXPECT_DEATH(run(2, 64, 64, 2), "data race");  // another block's
  EXPECT_DEATH(run(1, 64, 32, 1), "data race");  // another warp's
  EXPECT_DEATH(run(1, 32, 1, 0), "data race");   // another lane's
}

TEST_F(Races, ARelaxedWordOrdersNothingElse) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  const auto run = [&] {
    auto* words = device_memory<std::uint32_t>(256);
    cudaMemsetAsync(words, 0, 256, stream);
    launch({1, 64}, post, words, 0);
    synchronize();
    std::exit(0);
  };
  EXPECT_DEATH(run(), "data race");
}

}  // namespace
}  // namespace sprig::test
