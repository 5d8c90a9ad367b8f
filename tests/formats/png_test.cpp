// PNG pictures, read back by Python's own zlib and checksums.
#include "sprig/formats/png.hpp"

#include <gtest/gtest.h>

#include "tests/support/python.hpp"

namespace sprig {
namespace {

TEST(Png, ReadsBackToItsPixels) {
  GreyPicture picture{7, 3, {}};
  for (int k = 0; k < 21; ++k) picture.pixels.push_back(static_cast<std::uint8_t>(13 * k));
  const auto numbers = test::python_numbers("png", R"(
import base64, struct, zlib
uri = ")" + data_uri(png(picture)) + R"("
assert uri.startswith("data:image/png;base64,")
data = base64.b64decode(uri.split(",")[1], validate=True)
assert data[:8] == b"\x89PNG\r\n\x1a\n"
at, chunks = 8, {}
while at < len(data):
    size, = struct.unpack(">I", data[at:at + 4])
    kind, body = data[at + 4:at + 8], data[at + 8:at + 8 + size]
    assert struct.unpack(">I", data[at + 8 + size:at + 12 + size])[0] == zlib.crc32(kind + body)
    chunks[kind] = body
    at += 12 + size
width, height, bits, colour, *rest = struct.unpack(">IIBBBBB", chunks[b"IHDR"])
assert (bits, colour, rest) == (8, 0, [0, 0, 0]) and b"IEND" in chunks
rows = zlib.decompress(chunks[b"IDAT"])
assert all(rows[r * (width + 1)] == 0 for r in range(height)) and len(rows) == height * (width + 1)
print(width, height, *[rows[r * (width + 1) + 1 + c] for r in range(height) for c in range(width)])
)");
  if (!numbers) GTEST_SKIP() << "no NumPy";
  ASSERT_EQ(numbers->size(), 23u);
  EXPECT_EQ((*numbers)[0], 7);
  EXPECT_EQ((*numbers)[1], 3);
  for (std::size_t k = 0; k < 21; ++k) EXPECT_EQ((*numbers)[2 + k], picture.pixels[k]);
}

TEST(Png, DataUrisArePaddedAsTheirLengthAsks) {
  EXPECT_EQ(data_uri("Man"), "data:image/png;base64,TWFu");
  EXPECT_EQ(data_uri("Ma"), "data:image/png;base64,TWE=");
  EXPECT_EQ(data_uri("M"), "data:image/png;base64,TQ==");
  EXPECT_EQ(data_uri(""), "data:image/png;base64,");
}

}  // namespace
}  // namespace sprig
