#include "host/instruments/spike_records.hpp"

#include <cstring>
#include <filesystem>
#include <fstream>
#include <optional>
#include <regex>

#include "sprig/core/error.hpp"

namespace sprig {

namespace {

constexpr std::uint64_t kLongestHeader = 2048;  // regular expressions go deep in long texts

struct Field {
  std::string name;
  std::size_t offset, bytes;
};

// The fields of a structure and the number of rows, from a header such as
// {'descr': [('step', '<u4'), ('neuron', '<u4')], 'fortran_order': False, 'shape': (17,), }
struct Header {
  std::vector<Field> fields;
  std::size_t row_bytes = 0;
  std::uint64_t rows = 0;
};

Header parse(const std::string& path, const std::string& text) {
  static const std::regex descr(R"('descr':\s*\[((?:\(\s*'\w+'\s*,\s*'<u[1248]'\s*\)\s*,?\s*)+)\])");
  static const std::regex field(R"(\(\s*'(\w+)'\s*,\s*'<u([1248])'\s*\))");
  static const std::regex shape(R"('shape':\s*\((\d{1,15}),\))");
  std::smatch fields, rows;
  if (!std::regex_search(text, fields, descr) || !std::regex_search(text, rows, shape))
    throw InputError(path,
                     "is no list of spikes; allowed: an .npy of structures with unsigned fields step and neuron, "
                     "an .npz with arrays time_ms and neuron, or a .csv with these columns");
  Header header;
  header.rows = std::stoull(rows[1]);
  const std::string list = fields[1];
  for (std::sregex_iterator at(list.begin(), list.end(), field), end; at != end; ++at) {
    const auto bytes = static_cast<std::size_t>(std::stoul((*at)[2]));
    header.fields.push_back({(*at)[1], header.row_bytes, bytes});
    header.row_bytes += bytes;
  }
  return header;
}

std::uint64_t number_at(const char* row, const Field& field) {
  std::uint64_t value = 0;
  std::memcpy(&value, row + field.offset, field.bytes);
  return value;
}

}  // namespace

SpikeRecords read_spike_records(const std::string& path) {
  std::error_code error;
  const std::uint64_t size = std::filesystem::file_size(path, error);
  std::ifstream file(path, std::ios::binary);
  unsigned char start[12] = {};
  if (error || !file.read(reinterpret_cast<char*>(start), 10))
    throw InputError(path, "cannot be read, or is cut short");
  const bool wide = start[6] >= 2;  // format 2.0 on: a length of four bytes
  if (wide && !file.read(reinterpret_cast<char*>(start) + 10, 2)) throw InputError(path, "is cut short");
  const std::uint64_t before = wide ? 12 : 10;
  std::uint64_t length = start[8] | std::uint64_t{start[9]} << 8;
  if (wide) length |= std::uint64_t{start[10]} << 16 | std::uint64_t{start[11]} << 24;
  if (length > kLongestHeader || before + length > size)
    throw InputError(path, "has a header that is longer than the file, or than 2 KiB");
  std::string text(length, ' ');
  if (!file.read(text.data(), static_cast<std::streamsize>(length))) throw InputError(path, "is cut short");
  const Header header = parse(path, text);

  const auto find = [&](const char* name) -> std::optional<Field> {
    for (const Field& field : header.fields)
      if (field.name == name) return field;
    return {};
  };
  const std::optional<Field> step = find("step"), neuron = find("neuron"), replica = find("replica");
  if (!step || !neuron || neuron->bytes > 4)
    throw InputError(path, "has no fields step and neuron; allowed: both, unsigned, neuron of 4 bytes at most");
  const std::uint64_t there = (size - before - length) / header.row_bytes;
  if (header.rows > there)
    throw InputError(path, "says " + std::to_string(header.rows) + " spikes, and has " + std::to_string(there));

  SpikeRecords records;
  std::vector<char> rows(header.row_bytes * std::min<std::uint64_t>(header.rows, 65536));
  for (std::uint64_t done = 0; done < header.rows;) {
    const std::uint64_t part = std::min<std::uint64_t>(65536, header.rows - done);
    if (!file.read(rows.data(), static_cast<std::streamsize>(part * header.row_bytes)))
      throw InputError(path, "cannot be read");
    for (std::uint64_t k = 0; k < part; ++k) {
      const char* row = rows.data() + k * header.row_bytes;
      if (replica && number_at(row, *replica) != 0)
        throw InputError(path, "row " + std::to_string(done + k) + ": has a spike of replica " +
                                   std::to_string(number_at(row, *replica)) + "; allowed: of replica 0 alone");
      records.step.push_back(number_at(row, *step));
      records.neuron.push_back(static_cast<std::uint32_t>(number_at(row, *neuron)));
    }
    done += part;
  }
  return records;
}

}  // namespace sprig
