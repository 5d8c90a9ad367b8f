// Digits that need no file.
#pragma once

#include "sprig/tasks/images.hpp"

namespace sprig {

// 6000 images to learn from, 1000 to test: seven-segment digits of 28 x 28 pixels, shifted, slanted, of
// varying size and stroke, 2 % of the pixels lit by noise. Always the same.
ImageSet glyphs(ImagePart part);

}  // namespace sprig
