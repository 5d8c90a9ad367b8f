// Error texts from parts.
#pragma once

#include <sstream>
#include <string>

namespace sprig {

template <class... Part>
std::string text(const Part&... parts) {
  std::ostringstream out;
  (out << ... << parts);
  return out.str();
}

}  // namespace sprig
