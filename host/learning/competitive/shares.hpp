// Models dealt out to GPUs.
#pragma once

#include <cstddef>
#include <vector>

namespace sprig {

// What each of `places` gets of pieces that cost so much each: the dearest first, each to whom has least by then. So
// nobody has more than the fair share and one piece. Ascending within a place; some may get none.
std::vector<std::vector<std::size_t>> deal_out(const std::vector<double>& costs, std::size_t places);

}  // namespace sprig
