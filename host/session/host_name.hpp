// This machine, as locks and manifests call it.
#pragma once

#include <unistd.h>

#include <array>
#include <string>

namespace sprig {

// Without blanks, which would make two words of it.
inline std::string host_name() {
  std::array<char, 256> name{};
  if (::gethostname(name.data(), name.size() - 1) != 0 || name[0] == 0) return "unknown";
  std::string text = name.data();
  for (char& c : text)
    if (c <= ' ' || c == 0x7F) c = '_';
  return text;
}

}  // namespace sprig
