#include <zlib.h>

#include <limits>

#include "host/formats/npy_header.hpp"
#include "sprig/formats/atomic_file.hpp"
#include "sprig/formats/npz.hpp"

namespace sprig {

namespace {

template <class T>
void put(std::string& out, T value) {
  out.append(reinterpret_cast<const char*>(&value), sizeof value);
}

std::uint32_t crc_of(std::uint32_t crc, const void* data, std::size_t size) {
  if (size == 0) return crc;  // zlib would start anew when data is null, as an empty vector's is
  return static_cast<std::uint32_t>(crc32_z(crc, static_cast<const Bytef*>(data), size));
}

struct Entry {
  std::string name;
  std::uint32_t crc = 0;
  std::uint64_t bytes = 0, position = 0;
  bool wide = false;  // zip64
};

constexpr std::uint32_t kUnknown32 = 0xFFFFFFFFu;
constexpr std::uint16_t kDate = (2000 - 1980) << 9 | 1 << 5 | 1;  // fixed, so that equal data gives equal files

// What a local header and a central record share, from "version needed" to the name's length.
void put_common(std::string& out, const Entry& e, std::uint16_t extra) {
  put<std::uint16_t>(out, e.wide ? 45 : 20);
  put<std::uint16_t>(out, 0);  // flags
  put<std::uint16_t>(out, 0);  // stored
  put<std::uint16_t>(out, 0);  // time
  put<std::uint16_t>(out, kDate);
  put(out, e.crc);
  const std::uint32_t size = e.wide ? kUnknown32 : static_cast<std::uint32_t>(e.bytes);
  put(out, size);
  put(out, size);
  put(out, static_cast<std::uint16_t>(e.name.size()));
  put(out, extra);
}

std::string local_header(const Entry& e) {
  std::string out;
  put<std::uint32_t>(out, 0x04034b50);
  put_common(out, e, e.wide ? 20 : 0);
  out += e.name;
  if (e.wide) {
    put<std::uint16_t>(out, 1);
    put<std::uint16_t>(out, 16);
    put(out, e.bytes);
    put(out, e.bytes);
  }
  return out;
}

std::string central_record(const Entry& e) {
  std::string out;
  put<std::uint32_t>(out, 0x02014b50);
  put<std::uint16_t>(out, 3 << 8 | 45);  // made on Unix
  put_common(out, e, e.wide ? 28 : 0);
  put<std::uint16_t>(out, 0);            // comment
  put<std::uint16_t>(out, 0);            // disk
  put<std::uint16_t>(out, 0);            // internal attributes
  put<std::uint32_t>(out, 0644u << 16);  // a plain file
  put(out, e.wide ? kUnknown32 : static_cast<std::uint32_t>(e.position));
  out += e.name;
  if (e.wide) {
    put<std::uint16_t>(out, 1);
    put<std::uint16_t>(out, 24);
    put(out, e.bytes);
    put(out, e.bytes);
    put(out, e.position);
  }
  return out;
}

std::string end_records(std::uint64_t entries, std::uint64_t position, std::uint64_t size, bool wide) {
  std::string out;
  if (wide) {
    put<std::uint32_t>(out, 0x06064b50);
    put<std::uint64_t>(out, 44);
    put<std::uint16_t>(out, 45);
    put<std::uint16_t>(out, 45);
    put<std::uint32_t>(out, 0);
    put<std::uint32_t>(out, 0);
    put(out, entries);
    put(out, entries);
    put(out, size);
    put(out, position);
    put<std::uint32_t>(out, 0x07064b50);
    put<std::uint32_t>(out, 0);
    put(out, position + size);
    put<std::uint32_t>(out, 1);
  }
  put<std::uint32_t>(out, 0x06054b50);
  put<std::uint32_t>(out, 0);
  const auto count = static_cast<std::uint16_t>(wide ? 0xFFFF : entries);
  put(out, count);
  put(out, count);
  put(out, wide ? kUnknown32 : static_cast<std::uint32_t>(size));
  put(out, wide ? kUnknown32 : static_cast<std::uint32_t>(position));
  put<std::uint16_t>(out, 0);
  return out;
}

}  // namespace

void write_npy(const std::string& path, const NpyArray& array) {
  AtomicFile file(path);
  file.write(npy_header(array.type, array.shape));
  file.write(array.data, array.bytes);
  file.commit();
}

void write_npz(const std::string& path, const std::vector<NpyArray>& arrays, std::uint64_t zip64_from) {
  AtomicFile file(path);
  std::string central;
  std::uint64_t position = 0;
  bool wide = false;
  for (const NpyArray& array : arrays) {
    const std::string header = npy_header(array.type, array.shape);
    Entry e{array.name + ".npy", crc_of(crc_of(0, header.data(), header.size()), array.data, array.bytes),
            header.size() + array.bytes, position, false};
    e.wide = e.bytes >= zip64_from || e.position >= zip64_from;
    wide |= e.wide;
    const std::string local = local_header(e);
    file.write(local);
    file.write(header);
    file.write(array.data, array.bytes);
    central += central_record(e);
    position += local.size() + e.bytes;
  }
  file.write(central);
  file.write(end_records(arrays.size(), position, central.size(), wide || position >= zip64_from));
  file.commit();
}

}  // namespace sprig
