// Names as parts of files' and folders' names.
#pragma once

#include <cctype>
#include <string>

namespace sprig {

// Nothing in it that a shell or a file system would mind: letters and digits as they are, and `also`; all else is "_".
inline std::string plain_name(std::string text, char also = '_') {
  for (char& c : text)
    if (std::isalnum(static_cast<unsigned char>(c)) == 0 && c != also) c = '_';
  return text;
}

}  // namespace sprig
