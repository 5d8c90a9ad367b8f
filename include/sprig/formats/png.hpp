// Grey pictures as PNG (ISO/IEC 15948), for pages that carry their pictures inside.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace sprig {

struct GreyPicture {
  std::uint32_t width = 0, height = 0;
  std::vector<std::uint8_t> pixels;  // [row][column], 0 is black
};

std::string png(const GreyPicture& picture);

// "data:image/png;base64,..."
std::string data_uri(const std::string& png);

}  // namespace sprig
