// A .npy array in a member of a zip file, or alone in a file: its header checked, its elements converted.
#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <type_traits>
#include <utility>

#include "host/formats/npy_header.hpp"
#include "sprig/core/refuse.hpp"

namespace sprig {

namespace {

constexpr std::uint64_t kPieceElements = 1u << 16;

struct Half {
  std::uint16_t bits;
};

float value_of(Half half) {
  const int exponent = half.bits >> 10 & 31, fraction = half.bits & 1023;
  const float sign = half.bits >> 15 != 0 ? -1.0f : 1.0f;
  if (exponent == 31)
    return fraction == 0 ? sign * std::numeric_limits<float>::infinity() : std::numeric_limits<float>::quiet_NaN();
  if (exponent == 0) return sign * std::ldexp(static_cast<float>(fraction), -24);
  return sign * std::ldexp(static_cast<float>(1024 + fraction), exponent - 25);
}
template <class Stored>
Stored value_of(Stored value) {
  return value;
}

template <class Stored>
Stored get(const unsigned char* p, bool swapped) {
  unsigned char bytes[sizeof(Stored)];
  std::memcpy(bytes, p, sizeof bytes);
  if (swapped) std::reverse(bytes, bytes + sizeof bytes);
  Stored value;
  std::memcpy(&value, bytes, sizeof value);
  return value;
}

// A value as T; false when T cannot hold it.
template <class T, class Value>
bool convert(Value value, T& out) {
  if constexpr (std::is_floating_point_v<T>) {
    out = static_cast<T>(value);
    return true;
  } else if constexpr (std::is_floating_point_v<Value>) {
    if (!(value >= 0 && value < 9007199254740992.0) || std::floor(value) != value) return false;
    const auto whole = static_cast<std::uint64_t>(value);
    out = static_cast<T>(whole);
    return std::in_range<T>(whole);
  } else {
    out = static_cast<T>(value);
    return std::in_range<T>(value);
  }
}

template <class T>
std::string most() {
  if constexpr (std::is_floating_point_v<T>)
    return "numbers";
  else
    return "integers up to " + std::to_string(std::numeric_limits<T>::max());
}

// Element i of an array in the order of C, where it stands in that of Fortran.
class FortranOrder {
 public:
  explicit FortranOrder(const std::vector<std::uint64_t>& shape) : shape_(shape), at_(shape.size()) {}
  std::uint64_t next() {
    std::uint64_t place = 0;
    for (std::size_t d = shape_.size(); d-- > 0;) place = place * shape_[d] + at_[d];
    for (std::size_t d = shape_.size(); d-- > 0;) {
      if (++at_[d] < shape_[d]) break;
      at_[d] = 0;
    }
    return place;
  }

 private:
  const std::vector<std::uint64_t>& shape_;
  std::vector<std::uint64_t> at_;
};

std::string utf8(std::uint32_t c) {
  std::string out;
  const auto put = [&](std::uint32_t byte) { out += static_cast<char>(static_cast<unsigned char>(byte)); };
  if (c < 0x80) {
    put(c);
  } else if (c < 0x800) {
    put(0xC0 | c >> 6), put(0x80 | (c & 63));
  } else if (c < 0x10000) {
    put(0xE0 | c >> 12), put(0x80 | (c >> 6 & 63)), put(0x80 | (c & 63));
  } else {
    put(0xF0 | c >> 18), put(0x80 | (c >> 12 & 63)), put(0x80 | (c >> 6 & 63)), put(0x80 | (c & 63));
  }
  return out;
}

// Room for as many elements as bytes confirm: all where the file itself has them, else a beginning.
template <class T>
void make_room(std::vector<T>& values, std::uint64_t elements, bool deflated) {
  values.reserve(deflated ? std::min<std::uint64_t>(elements, kPieceElements) : elements);
}

}  // namespace

NpyHeader read_npy_header(const DiskFile& file, const ZipEntry& entry, const std::string& name, EntryStream& stream) {
  NpyDictionary dictionary;
  const std::uint64_t bytes = read_npy_dictionary(file, entry, name, stream, dictionary);
  if (!dictionary.fields.empty())
    file.refuse(name + " has records with named fields; allowed are plain numbers or text");
  NpyHeader header{std::move(dictionary.type), dictionary.fortran, std::move(dictionary.shape)};
  if (header.type.find('O') != std::string::npos)
    file.refuse(name + " has type " + shown(header.type) +
                ", Python objects (pickled), which can run programs; allowed are numbers or text");
  const std::uint64_t element = npy_element_size(header.type);
  if (element == 0)
    file.refuse(name + " has type " + header.type.substr(0, 40) +
                "; allowed are integers, booleans, floats of 2, 4 or 8 bytes, and text");
  for (const std::uint64_t n : header.shape) {
    if (n != 0 && header.elements > bytes / n) file.refuse(name + " is shorter than its shape");
    header.elements *= n;
  }
  if (header.elements > bytes / element || header.elements * element != bytes)
    file.refuse(name + " has " + std::to_string(bytes) + " bytes of data, which its shape and type do not give");
  return header;
}

template <class T>
std::vector<T> read_npy_elements(const DiskFile& file, const std::string& name, const NpyHeader& header,
                                 EntryStream& stream) {
  std::vector<T> values;
  make_room(values, header.elements, stream.deflated());
  const std::uint64_t element = npy_element_size(header.type);
  std::vector<unsigned char> piece(std::min(header.elements, kPieceElements) * element);
  const bool swapped = header.type[0] == '>';
  const auto all = [&]<class Stored>(Stored) {
    while (values.size() < header.elements) {
      const std::uint64_t count = std::min<std::uint64_t>(kPieceElements, header.elements - values.size());
      stream.read(piece.data(), count * sizeof(Stored));
      for (std::uint64_t i = 0; i < count; ++i) {
        const auto value = value_of(get<Stored>(piece.data() + i * sizeof(Stored), swapped));
        T converted{};
        if (!convert<T>(value, converted))
          file.refuse(name + "[" + std::to_string(values.size()) + "] = " + shown(value) +
                      " does not fit; allowed: " + most<T>());
        values.push_back(converted);
      }
    }
  };
  const std::string kind = header.type.substr(1);
  if (kind == "f2")
    all(Half{});
  else if (kind == "f4")
    all(float{});
  else if (kind == "f8")
    all(double{});
  else if (kind == "i1")
    all(std::int8_t{});
  else if (kind == "i2")
    all(std::int16_t{});
  else if (kind == "i4")
    all(std::int32_t{});
  else if (kind == "i8")
    all(std::int64_t{});
  else if (kind == "u1" || kind == "b1")
    all(std::uint8_t{});
  else if (kind == "u2")
    all(std::uint16_t{});
  else if (kind == "u4")
    all(std::uint32_t{});
  else if (kind == "u8")
    all(std::uint64_t{});
  else
    file.refuse(name + " has type " + header.type + "; allowed are numbers");
  stream.finish();
  if (!header.fortran || header.shape.size() < 2) return values;
  std::vector<T> in_order(values.size());
  FortranOrder order(header.shape);
  for (T& value : in_order) value = values[order.next()];
  return in_order;
}

template std::vector<double> read_npy_elements(const DiskFile&, const std::string&, const NpyHeader&, EntryStream&);
template std::vector<float> read_npy_elements(const DiskFile&, const std::string&, const NpyHeader&, EntryStream&);
template std::vector<std::uint8_t> read_npy_elements(const DiskFile&, const std::string&, const NpyHeader&,
                                                     EntryStream&);
template std::vector<std::uint16_t> read_npy_elements(const DiskFile&, const std::string&, const NpyHeader&,
                                                      EntryStream&);
template std::vector<std::uint32_t> read_npy_elements(const DiskFile&, const std::string&, const NpyHeader&,
                                                      EntryStream&);
template std::vector<std::uint64_t> read_npy_elements(const DiskFile&, const std::string&, const NpyHeader&,
                                                      EntryStream&);

std::vector<std::string> read_npy_texts(const DiskFile& file, const std::string& name, const NpyHeader& header,
                                        EntryStream& stream) {
  if (!header.text()) file.refuse(name + " has type " + header.type + "; allowed is text");
  if (header.fortran && header.shape.size() > 1) file.refuse(name + " is text in Fortran order; save it in C order");
  const std::uint64_t element = npy_element_size(header.type);
  const bool wide = header.type[1] == 'U', swapped = header.type[0] == '>';
  std::vector<std::string> texts;
  make_room(texts, element == 0 ? 0 : header.elements, stream.deflated());
  std::vector<unsigned char> bytes(header.elements == 0 ? 0 : element);
  for (std::uint64_t i = 0; i < header.elements; ++i) {
    stream.read(bytes.data(), element);
    std::string text;
    for (std::uint64_t k = 0; k < element; k += wide ? 4 : 1) {
      if (!wide) {
        text += static_cast<char>(bytes[k]);
        continue;
      }
      const auto c = get<std::uint32_t>(bytes.data() + k, swapped);
      if (c > 0x10FFFF || (c >= 0xD800 && c < 0xE000))
        file.refuse(name + "[" + std::to_string(i) + "] has a character that is none of Unicode");
      text += utf8(c);
    }
    while (!text.empty() && text.back() == '\0') text.pop_back();
    texts.push_back(std::move(text));
  }
  stream.finish();
  return texts;
}

}  // namespace sprig
