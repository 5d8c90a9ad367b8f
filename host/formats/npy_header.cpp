#include "host/formats/npy_header.hpp"

#include <algorithm>
#include <cstring>
#include <limits>
#include <utility>

namespace sprig {

namespace {

constexpr std::uint64_t kMaxHeader = 65536;

// The .npy header's dictionary, with just the grammar NumPy writes: three keys in any order.
class HeaderText {
 public:
  explicit HeaderText(const std::string& text) : p_(text.data()), end_(text.data() + text.size()) {}

  bool parse(NpyDictionary& out) {
    int seen = 0;
    if (!take('{')) return false;
    while (!take('}')) {
      std::string key;
      if (!quoted(key) || !take(':')) return false;
      if (key == "descr") {
        if (!quoted(out.type) && !structure(out.fields)) return false;
        seen |= 1;
      } else if (key == "fortran_order") {
        if (!boolean(out.fortran)) return false;
        seen |= 2;
      } else if (key == "shape") {
        if (!tuple(out.shape)) return false;
        seen |= 4;
      } else {
        return false;
      }
      take(',');
    }
    skip();
    return seen == 7 && p_ == end_;
  }

 private:
  void skip() {
    while (p_ != end_ && (*p_ == ' ' || *p_ == '\n')) ++p_;
  }
  bool take(char c) {
    skip();
    if (p_ == end_ || *p_ != c) return false;
    ++p_;
    return true;
  }
  bool quoted(std::string& text) {
    skip();
    if (p_ == end_ || (*p_ != '\'' && *p_ != '"')) return false;
    const char* close = std::find(p_ + 1, end_, *p_);
    if (close == end_) return false;
    text.assign(p_ + 1, close);
    p_ = close + 1;
    return true;
  }
  // [('step', '<u4'), ('neuron', '<u4')]
  bool structure(std::vector<NpyField>& fields) {
    constexpr std::size_t kMostFields = 64;
    fields.clear();
    if (!take('[')) return false;
    while (!take(']')) {
      NpyField field;
      if (fields.size() == kMostFields || !take('(') || !quoted(field.name) || !take(',') || !quoted(field.type))
        return false;
      take(',');
      if (!take(')')) return false;
      take(',');
      fields.push_back(std::move(field));
    }
    return !fields.empty();
  }
  bool boolean(bool& value) {
    skip();
    for (const bool candidate : {true, false}) {
      const std::string word = candidate ? "True" : "False";
      if (static_cast<std::size_t>(end_ - p_) < word.size() || !std::equal(word.begin(), word.end(), p_)) continue;
      p_ += word.size();
      value = candidate;
      return true;
    }
    return false;
  }
  bool tuple(std::vector<std::uint64_t>& shape) {
    shape.clear();
    if (!take('(')) return false;
    while (!take(')')) {
      skip();
      std::uint64_t n = 0;
      const char* first = p_;
      for (; p_ != end_ && *p_ >= '0' && *p_ <= '9'; ++p_) {
        if (n > (std::numeric_limits<std::uint64_t>::max() - 9) / 10) return false;
        n = 10 * n + static_cast<std::uint64_t>(*p_ - '0');
      }
      if (p_ == first || shape.size() == 32) return false;
      shape.push_back(n);
      take(',');
    }
    return true;
  }

  const char *p_, *end_;
};

}  // namespace

bool parse_npy_dictionary(const std::string& text, NpyDictionary& dictionary) {
  return HeaderText(text).parse(dictionary);
}

std::uint64_t read_npy_dictionary(const DiskFile& file, const ZipEntry& entry, const std::string& name,
                                  EntryStream& stream, NpyDictionary& dictionary) {
  unsigned char start[12] = {};
  if (entry.bytes < 10) file.refuse(name + " is no .npy array");
  stream.read(start, 10);
  if (std::memcmp(start, "\x93NUMPY", 6) != 0 || start[6] < 1 || start[6] > 3) file.refuse(name + " is no .npy array");
  const std::uint64_t lead = start[6] == 1 ? 10 : 12;
  if (lead > entry.bytes) file.refuse(name + " has a damaged header");
  if (lead == 12) stream.read(start + 10, 2);
  std::uint64_t bytes = start[8] | std::uint64_t{start[9]} << 8;
  if (lead == 12) bytes |= std::uint64_t{start[10]} << 16 | std::uint64_t{start[11]} << 24;
  if (bytes > kMaxHeader || entry.bytes < lead + bytes) file.refuse(name + " has a damaged header");
  std::string text(bytes, '\0');
  stream.read(text.data(), text.size());
  if (!parse_npy_dictionary(text, dictionary)) file.refuse(name + " has a header that is not NumPy's");
  return entry.bytes - lead - bytes;
}

std::string npy_header(const std::string& type, const std::vector<std::uint64_t>& lengths, std::size_t bytes) {
  std::string shape = "(";
  for (const std::uint64_t n : lengths) shape += std::to_string(n) + (lengths.size() == 1 ? "," : ", ");
  if (lengths.size() > 1) shape.erase(shape.size() - 2);
  const std::string quote = type.starts_with("[") ? "" : "'";
  std::string text = "{'descr': " + quote + type + quote + ", 'fortran_order': False, 'shape': " + shape + "), }";
  while ((10 + text.size() + 1) % 64 != 0 || 10 + text.size() + 1 < bytes) text += ' ';
  text += '\n';
  const auto length = static_cast<std::uint16_t>(text.size());
  return std::string("\x93NUMPY\x01\x00", 8) + static_cast<char>(length & 0xFF) + static_cast<char>(length >> 8) + text;
}

std::uint64_t npy_element_size(const std::string& type) {
  if (type.size() < 3 || type.size() > 9 || std::string("<>|").find(type[0]) == std::string::npos ||
      std::string("fiubSU").find(type[1]) == std::string::npos)
    return 0;
  std::uint64_t n = 0;
  for (std::size_t i = 2; i < type.size(); ++i) {
    if (type[i] < '0' || type[i] > '9') return 0;
    n = 10 * n + static_cast<std::uint64_t>(type[i] - '0');
  }
  const char kind = type[1];
  if (kind == 'S') return n;
  if (kind == 'U') return 4 * n;
  if (kind == 'b') return n == 1 ? 1 : 0;
  if (kind == 'f') return n == 2 || n == 4 || n == 8 ? n : 0;
  return n == 1 || n == 2 || n == 4 || n == 8 ? n : 0;
}

}  // namespace sprig
