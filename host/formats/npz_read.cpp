#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstring>
#include <limits>
#include <utility>

#include "host/formats/npy_header.hpp"
#include "sprig/core/error.hpp"
#include "sprig/formats/npz.hpp"

namespace sprig {

namespace {

constexpr std::size_t kMaxMembers = 4096, kMaxHeader = 65536;

template <class T>
T get(const unsigned char* p) {
  T value;
  std::memcpy(&value, p, sizeof value);
  return value;
}

// One stored value as T; false when T cannot hold it.
template <class T, class Stored>
bool convert(const unsigned char* p, T& out) {
  const Stored value = get<Stored>(p);
  if constexpr (std::is_floating_point_v<T>) {
    out = static_cast<T>(value);
    return true;
  } else if constexpr (std::is_floating_point_v<Stored>) {
    if (!(value >= 0 && value < 9007199254740992.0) || std::floor(value) != value) return false;
    const auto whole = static_cast<std::uint64_t>(value);
    out = static_cast<T>(whole);
    return whole <= static_cast<std::uint64_t>(std::numeric_limits<T>::max());
  } else {
    if (std::cmp_less(value, std::numeric_limits<T>::min()) || std::cmp_greater(value, std::numeric_limits<T>::max()))
      return false;
    out = static_cast<T>(value);
    return true;
  }
}

}  // namespace

NpzReader::NpzReader(const std::string& path) : path_(path) {
  descriptor_ = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (descriptor_ < 0) refuse(std::string("cannot be read: ") + std::strerror(errno));
  // From here on the destructor of a half-made object does not run: close on every way out.
  struct Closer {
    int* descriptor;
    bool armed = true;
    ~Closer() {
      if (armed) ::close(*descriptor);
    }
  } closer{&descriptor_};
  struct stat status {};
  if (::fstat(descriptor_, &status) != 0 || !S_ISREG(status.st_mode)) refuse("is not a plain file");
  size_ = static_cast<std::uint64_t>(status.st_size);

  // The end record: the last 22 bytes, or further up before a comment.
  if (size_ < 22) refuse("is no .npz file (" + std::to_string(size_) + " bytes)");
  std::vector<unsigned char> tail(std::min<std::uint64_t>(size_, 22 + 65535 + 20));
  read_at(size_ - tail.size(), tail.data(), tail.size());
  std::size_t end = tail.size() - 22;
  while (get<std::uint32_t>(&tail[end]) != 0x06054b50) {
    if (end == 0) refuse("is no .npz file, or is truncated: it has no zip directory");
    --end;
  }
  std::uint64_t entries = get<std::uint16_t>(&tail[end + 10]);
  std::uint64_t central_bytes = get<std::uint32_t>(&tail[end + 12]);
  std::uint64_t central = get<std::uint32_t>(&tail[end + 16]);
  if (end >= 20 && get<std::uint32_t>(&tail[end - 20]) == 0x07064b50) {
    const auto position = get<std::uint64_t>(&tail[end - 12]);
    unsigned char record[56];
    if (size_ < sizeof record || position > size_ - sizeof record) refuse("its zip64 directory lies outside the file");
    read_at(position, record, sizeof record);
    if (get<std::uint32_t>(record) != 0x06064b50) refuse("its zip64 directory is damaged");
    entries = get<std::uint64_t>(record + 32);
    central_bytes = get<std::uint64_t>(record + 40);
    central = get<std::uint64_t>(record + 48);
  }
  if (central > size_ || central_bytes > size_ - central) refuse("its zip directory lies outside the file");
  if (entries > kMaxMembers || central_bytes > kMaxMembers * 512) refuse("has more members than a network has");
  std::vector<unsigned char> directory(central_bytes);
  read_at(central, directory.data(), directory.size());

  std::size_t at = 0;
  for (std::uint64_t i = 0; i < entries; ++i) {
    if (directory.size() - at < 46 || get<std::uint32_t>(&directory[at]) != 0x02014b50)
      refuse("its zip directory is damaged");
    const unsigned char* record = &directory[at];
    const std::size_t name_bytes = get<std::uint16_t>(record + 28), extra_bytes = get<std::uint16_t>(record + 30),
                      comment_bytes = get<std::uint16_t>(record + 32);
    if (directory.size() - at - 46 < name_bytes + extra_bytes + comment_bytes) refuse("its zip directory is damaged");
    std::string name(reinterpret_cast<const char*>(record + 46), name_bytes);
    const std::string file_name = name;
    Member m;
    m.crc = get<std::uint32_t>(record + 16);
    std::uint64_t packed = get<std::uint32_t>(record + 20), bytes = get<std::uint32_t>(record + 24),
                  position = get<std::uint32_t>(record + 42);
    // zip64 values follow in this order, each only where the 32-bit field is full.
    const unsigned char *extra = record + 46 + name_bytes, *extra_end = extra + extra_bytes;
    while (extra_end - extra >= 4) {
      const std::uint16_t tag = get<std::uint16_t>(extra), length = get<std::uint16_t>(extra + 2);
      if (extra_end - extra - 4 < length) refuse("its zip directory is damaged");
      const unsigned char *field = extra + 4, *field_end = field + length;
      for (std::uint64_t* value : {&bytes, &packed, &position}) {
        if (tag != 1 || *value != 0xFFFFFFFFu) continue;
        if (field_end - field < 8) refuse("its zip directory is damaged");
        *value = get<std::uint64_t>(field);
        field += 8;
      }
      extra += 4 + length;
    }
    at += 46 + name_bytes + extra_bytes + comment_bytes;

    if (name.size() > 4 && name.ends_with(".npy")) name.resize(name.size() - 4);
    if (get<std::uint16_t>(record + 10) != 0 || packed != bytes)
      refuse(name + " is compressed; save it uncompressed (numpy.savez, or scipy.sparse.save_npz(compressed=False))");
    unsigned char local[30];
    if (size_ < sizeof local || position > size_ - sizeof local) refuse(name + " lies outside the file");
    read_at(position, local, sizeof local);
    if (get<std::uint32_t>(local) != 0x04034b50) refuse(name + " has a damaged zip header");
    const std::uint64_t local_name = get<std::uint16_t>(local + 26), local_extra = get<std::uint16_t>(local + 28);
    if (local_name != name_bytes || local_name + local_extra > size_ - position - sizeof local)
      refuse(name + " has a damaged zip header");
    std::string twice(local_name, '\0');
    read_at(position + sizeof local, twice.data(), twice.size());
    if (twice != file_name) refuse(name + " has another name in its own zip header");
    m.entry = position + sizeof local + local_name + local_extra;
    m.entry_bytes = bytes;
    if (m.entry > size_ || bytes > size_ - m.entry) refuse(name + " is cut off: the file is shorter than it says");

    unsigned char start[12] = {};
    if (bytes < 10) refuse(name + " is no .npy array");
    read_at(m.entry, start, std::min<std::uint64_t>(bytes, sizeof start));
    if (std::memcmp(start, "\x93NUMPY", 6) != 0 || start[6] < 1 || start[6] > 3) refuse(name + " is no .npy array");
    const std::uint64_t lead = start[6] == 1 ? 10 : 12;
    const std::uint64_t header_bytes = start[6] == 1 ? get<std::uint16_t>(start + 8) : get<std::uint32_t>(start + 8);
    if (header_bytes > kMaxHeader || bytes < lead + header_bytes) refuse(name + " has a damaged header");
    std::string header(header_bytes, '\0');
    read_at(m.entry + lead, header.data(), header.size());
    bool fortran = false;
    if (!parse_npy_dictionary(header, m.type, fortran, m.shape)) refuse(name + " has a header that is not NumPy's");
    const std::uint64_t element = npy_element_size(m.type);
    if (element == 0) refuse(name + " has type " + m.type + "; allowed are little-endian integers, floats and text");
    if (fortran && m.shape.size() > 1) refuse(name + " is in Fortran order; save it in C order");
    m.position = m.entry + lead + header_bytes;
    m.bytes = bytes - lead - header_bytes;
    m.elements = 1;
    for (const std::uint64_t n : m.shape) {
      if (n != 0 && m.elements > m.bytes / n) refuse(name + " is shorter than its shape");
      m.elements *= n;
    }
    if (m.elements > m.bytes / element || m.elements * element != m.bytes)
      refuse(name + " has " + std::to_string(m.bytes) + " bytes of data, which its shape and type do not give");
    if (!members_.emplace(name, std::move(m)).second) refuse(name + " is there twice");
  }
  if (at != directory.size()) refuse("its zip directory is damaged");
  closer.armed = false;
}

NpzReader::~NpzReader() { ::close(descriptor_); }

void NpzReader::refuse(const std::string& text) const { throw InputError(path_, text); }

void NpzReader::read_at(std::uint64_t position, void* data, std::uint64_t bytes) const {
  auto* to = static_cast<char*>(data);
  while (bytes > 0) {
    const ssize_t n = ::pread(descriptor_, to, bytes, static_cast<off_t>(position));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) refuse(std::string("cannot be read: ") + std::strerror(errno));
    if (n == 0) refuse("ends early: it became shorter while it was read");
    to += n;
    position += static_cast<std::uint64_t>(n);
    bytes -= static_cast<std::uint64_t>(n);
  }
}

const NpzReader::Member& NpzReader::member(const std::string& name) const {
  const auto found = members_.find(name);
  if (found == members_.end()) refuse("has no array '" + name + "'");
  return found->second;
}

const std::vector<std::uint64_t>& NpzReader::shape(const std::string& name) const { return member(name).shape; }

std::vector<unsigned char> NpzReader::content(const std::string& name, const Member& m) const {
  std::vector<unsigned char> whole(m.entry_bytes);
  read_at(m.entry, whole.data(), whole.size());
  if (crc32_z(0, whole.data(), whole.size()) != m.crc) refuse(name + " is damaged: its checksum does not match");
  return whole;
}

template <class T>
std::vector<T> NpzReader::read(const std::string& name) const {
  const Member& m = member(name);
  const std::vector<unsigned char> whole = content(name, m);
  const unsigned char* data = whole.data() + (m.position - m.entry);
  std::vector<T> values(m.elements);
  auto all = [&]<class Stored>(Stored) {
    for (std::uint64_t i = 0; i < m.elements; ++i)
      if (!convert<T, Stored>(data + i * sizeof(Stored), values[i]))
        refuse(name + "[" + std::to_string(i) + "] = " + std::to_string(get<Stored>(data + i * sizeof(Stored))) +
               " does not fit; allowed: integers up to " + std::to_string(std::numeric_limits<T>::max()));
  };
  const std::string kind = m.type.substr(1);
  if (kind == "f4")
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
    refuse(name + " has type " + m.type + "; allowed are numbers");
  return values;
}

template std::vector<double> NpzReader::read(const std::string&) const;
template std::vector<float> NpzReader::read(const std::string&) const;
template std::vector<std::uint8_t> NpzReader::read(const std::string&) const;
template std::vector<std::uint16_t> NpzReader::read(const std::string&) const;
template std::vector<std::uint32_t> NpzReader::read(const std::string&) const;
template std::vector<std::uint64_t> NpzReader::read(const std::string&) const;

std::vector<std::string> NpzReader::read_text(const std::string& name) const {
  const Member& m = member(name);
  if (m.type[1] != 'S' && m.type[1] != 'U') refuse(name + " has type " + m.type + "; allowed is text");
  const std::vector<unsigned char> whole = content(name, m);
  const unsigned char* data = whole.data() + (m.position - m.entry);
  const std::uint64_t element = npy_element_size(m.type), stride = m.type[1] == 'U' ? 4 : 1;
  std::vector<std::string> texts(m.elements);
  for (std::uint64_t i = 0; i < m.elements; ++i) {
    for (std::uint64_t k = 0; k < element; k += stride) texts[i] += static_cast<char>(data[i * element + k]);
    while (!texts[i].empty() && texts[i].back() == '\0') texts[i].pop_back();
  }
  return texts;
}

}  // namespace sprig
