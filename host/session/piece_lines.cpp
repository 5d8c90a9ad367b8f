#include "host/session/piece_lines.hpp"

#include <filesystem>
#include <string_view>

#include "sprig/core/crc32c.hpp"
#include "sprig/core/hash.hpp"
#include "sprig/formats/text_file.hpp"

namespace sprig {

namespace {

constexpr std::string_view kSum = ",\"crc\":\"";  // and eight digits, a quote and a brace: the end of a line
constexpr std::size_t kLongestLine = 64u << 20;   // no piece has as many bytes; a file of one line is not held whole

std::string sum_of(const std::string& before, const std::string& piece) {
  return hex_text(crc32c(piece.data(), piece.size(), crc32c(before.data(), before.size())));
}

bool has_key(const Json& piece) { return piece.is_object() && piece.contains("key") && piece["key"].is_string(); }

}  // namespace

PieceLines read_piece_lines(const std::string& path) {
  PieceLines lines;
  std::error_code error;
  if (!std::filesystem::exists(path, error)) return lines;
  LineReader from(path);
  std::string line, before;
  bool whole = false;
  for (std::size_t number = 1; from.next(line, whole, kLongestLine); ++number) {
    const std::size_t tail = kSum.size() + 10;
    const bool summed = whole && line.size() > tail && line.ends_with("\"}") &&
                        line.compare(line.size() - tail, kSum.size(), kSum) == 0;
    if (summed) {
      std::string text = line.substr(0, line.size() - tail) + "}";
      const std::string sum = line.substr(line.size() - 10, 8);
      const bool right = sum_of(before, text) == sum;
      before = sum;  // also of a line that is damaged: if it was elsewhere, the next one is right again
      Json piece = right ? parsed_json(text) : Json();
      if (has_key(piece)) {
        lines.whole.push_back({std::move(text), std::move(piece)});
        continue;
      }
    } else if (whole && has_key(parsed_json(line))) {
      ++lines.without_sum;
    }
    if (lines.damaged++ == 0) lines.first_damaged = number;
  }
  lines.sum = before;
  return lines;
}

std::string summed_line(const std::string& piece, std::string& sum) {
  sum = sum_of(sum, piece);
  return piece.substr(0, piece.size() - 1).append(kSum).append(sum).append("\"}");
}

}  // namespace sprig
