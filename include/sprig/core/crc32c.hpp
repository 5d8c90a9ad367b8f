// CRC-32C (Castagnoli, polynomial 0x1EDC6F41), as iSCSI, ext4 and Btrfs use it: finds every burst of up to 32 bits, and
// all but one in 2^32 of other changes.
#pragma once

#include <cstddef>
#include <cstdint>

namespace sprig {

// Of `size` bytes that follow those of which `before` is the sum: crc32c(a + b) = crc32c(b, crc32c(a)).
std::uint32_t crc32c(const void* data, std::size_t size, std::uint32_t before = 0);

}  // namespace sprig
