// The lines of a log of pieces: JSON objects, each with a checksum that goes on from that of the line before.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "sprig/report/json.hpp"

namespace sprig {

struct PieceLine {
  std::string text;  // the object without its checksum, byte for byte
  Json piece;        // has a text "key"
};

struct PieceLines {
  std::vector<PieceLine> whole;
  std::string sum;                // of the last line that has one: what the next one goes on from, once the file has no
                                  // other lines than whole ones
  std::size_t damaged = 0;        // changed, cut short, out of their order, or no pieces at all
  std::size_t without_sum = 0;    // of damaged: objects with a key and no checksum, as sprig 0.2.0 wrote them
  std::size_t first_damaged = 0;  // its number, from 1
};

// Nothing where there is no such file. Errors: InputError when it cannot be read or is no file.
PieceLines read_piece_lines(const std::string& path);

// piece: an object on one line, not empty. sum: of the line before; of this one then. Without its newline.
std::string summed_line(const std::string& piece, std::string& sum);

}  // namespace sprig
