#include "sprig/core/crc32c.hpp"

#include <gtest/gtest.h>

#include <boost/crc.hpp>
#include <string>
#include <vector>

namespace sprig {
namespace {

TEST(Crc32c, IsTheOneOfRfc3720) {  // B.4: CRC examples
  EXPECT_EQ(crc32c("123456789", 9), 0xE3069283u);
  EXPECT_EQ(crc32c(std::string(32, '\0').data(), 32), 0x8A9136AAu);
  EXPECT_EQ(crc32c(std::string(32, '\xFF').data(), 32), 0x62A8AB43u);
  EXPECT_EQ(crc32c("", 0), 0u);
}

TEST(Crc32c, OfPartsIsThatOfTheWholeAndBoostAgreesAtEveryLength) {
  std::vector<unsigned char> bytes(300);
  for (std::size_t k = 0; k < bytes.size(); ++k) bytes[k] = static_cast<unsigned char>(k * k + 7 * k);
  for (std::size_t size = 0; size <= bytes.size(); ++size) {
    boost::crc_optimal<32, 0x1EDC6F41, 0xFFFFFFFF, 0xFFFFFFFF, true, true> boost_sum;
    boost_sum.process_bytes(bytes.data(), size);
    ASSERT_EQ(crc32c(bytes.data(), size), boost_sum.checksum()) << size;
    const std::size_t part = size / 3;
    ASSERT_EQ(crc32c(bytes.data() + part, size - part, crc32c(bytes.data(), part)), boost_sum.checksum()) << size;
  }
}

}  // namespace
}  // namespace sprig
