// A cell's variates, looked up four steps at a time as the resident engine does, are those of one step at a time.
#include <gtest/gtest.h>

#include <cstdint>
#include <vector>

#include "kernels/engine/cell.hpp"
#include "sprig/engine/drive.hpp"
#include "sprig/engine/simulation.hpp"
#include "sprig/engine/slices.hpp"
#include "tests/support/networks.hpp"

namespace sprig::test {
namespace {

// Rows of every length up to 70 with ties, and words below, at and above each of their entries.
TEST(CellVariates, CountsOfFourWordsAreThoseOfALinearSearch) {
  for (std::uint32_t columns = 0; columns <= 70; ++columns) {
    std::vector<std::uint32_t> row(columns);
    for (std::uint32_t k = 0; k < columns; ++k) row[k] = (k - k % 3) * 1000;
    if (columns > 4) row.back() = 0xFFFFFFFFu;  // what fills rows up to the longest
    std::vector<std::uint32_t> words{0, 1, 0xFFFFFFFEu, 0xFFFFFFFFu};
    for (const std::uint32_t entry : row) words.insert(words.end(), {entry - 1, entry, entry + 1, entry / 2});
    for (std::size_t at = 0; at + 4 <= words.size(); at += 4) {
      const PhiloxBlock block{{words[at], words[at + 1], words[at + 2], words[at + 3]}};
      kernel::CellVariates variates{};

      kernel::count_block(variates.counts, row.data(), columns, block);

      for (std::uint32_t step = 8; step < 12; ++step)
        EXPECT_EQ(kernel::StepVariates(variates, step).count(),
                  static_cast<real>(poisson_count(row.data(), columns, word_of_step(block, step))))
            << columns << " columns, words from " << at << ", step " << step;
    }
  }
}

TEST(CellVariates, TheLargestMeanFitsSixteenBits) {
  Drive drive;
  drive.poisson_rate_hz = {kMaxPoissonMean * 1e3};  // h = 1 ms
  drive.poisson_weight = {1};
  const SlicedNetwork sliced = slice_network(unconnected(1, LifKind{}, 1.0, {}), drive, {1, 16, true});
  const std::uint32_t* row = sliced.poisson_table.data();
  ASSERT_LT(sliced.poisson_columns, 1u << 16);
  const PhiloxBlock block{{0xFFFFFFFFu, 0x80000000u, 0, 0xFFFFFFF0u}};
  kernel::CellVariates variates{};

  kernel::count_block(variates.counts, row, sliced.poisson_columns, block);

  for (std::uint32_t step = 0; step < 4; ++step)
    EXPECT_EQ(kernel::StepVariates(variates, step).count(),
              static_cast<real>(poisson_count(row, sliced.poisson_columns, block.word[step])));
}

}  // namespace
}  // namespace sprig::test
