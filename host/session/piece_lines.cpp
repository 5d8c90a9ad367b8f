#include "host/session/piece_lines.hpp"

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string_view>

#include "sprig/core/crc32c.hpp"
#include "sprig/core/error.hpp"

namespace sprig {

namespace {

constexpr std::string_view kSum = ",\"crc\":\"";  // and eight digits, a quote and a brace: the end of a line
constexpr std::size_t kLongestLine = 64u << 20;   // no piece has as many bytes; a file of one line is not held whole

std::string hex(std::uint32_t sum) {
  char text[9];
  std::snprintf(text, sizeof text, "%08x", sum);
  return text;
}

std::string sum_of(const std::string& before, const std::string& piece) {
  return hex(crc32c(piece.data(), piece.size(), crc32c(before.data(), before.size())));
}

// The next line; false at the end of the file. whole: it has its newline, and is no longer than a line can be.
bool next_line(std::istream& from, std::string& line, bool& whole) {
  constexpr int kEnd = std::char_traits<char>::eof();
  line.clear();
  whole = false;
  std::streambuf& buffer = *from.rdbuf();
  int c = buffer.sbumpc();
  if (c == kEnd) return false;
  bool fits = true;
  for (; c != kEnd && c != '\n'; c = buffer.sbumpc()) {
    fits = fits && line.size() < kLongestLine;
    if (fits) line.push_back(static_cast<char>(c));
  }
  whole = fits && c == '\n';
  return true;
}

bool has_key(const Json& piece) { return piece.is_object() && piece.contains("key") && piece["key"].is_string(); }

}  // namespace

PieceLines read_piece_lines(const std::string& path) {
  PieceLines lines;
  std::error_code error;
  if (!std::filesystem::exists(path, error)) return lines;
  if (!std::filesystem::is_regular_file(path, error)) throw InputError(path, "is no file; allowed: a log of pieces");
  std::ifstream from(path, std::ios::binary);
  if (!from) throw InputError(path, "cannot be read");
  std::string line, before;
  bool whole = false;
  for (std::size_t number = 1; next_line(from, line, whole); ++number) {
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
  if (from.bad()) throw InputError(path, "cannot be read");
  lines.sum = before;
  return lines;
}

std::string summed_line(const std::string& piece, std::string& sum) {
  sum = sum_of(sum, piece);
  return piece.substr(0, piece.size() - 1).append(kSum).append(sum).append("\"}");
}

}  // namespace sprig
