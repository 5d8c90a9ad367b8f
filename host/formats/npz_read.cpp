#include <map>
#include <utility>

#include "host/formats/npy_header.hpp"
#include "host/formats/zip_file.hpp"
#include "sprig/core/error.hpp"
#include "sprig/formats/npz.hpp"

namespace sprig {

struct NpzReader::Contents {
  struct Member {
    ZipEntry entry;
    NpyHeader header;
  };
  DiskFile file;
  std::map<std::string, Member> members;

  Contents(const std::string& path, const InputLimits& limits) : file(path, limits.bytes) {
    std::vector<ZipEntry> entries = read_zip_directory(file);
    std::uint64_t unpacked = 0;
    for (const ZipEntry& entry : entries) {
      if (entry.bytes > limits.bytes - unpacked)
        file.refuse("found members of more than " + std::to_string(limits.bytes) +
                    " bytes when unpacked; allowed: so many in all (--max-input-bytes)");
      unpacked += entry.bytes;
    }
    for (ZipEntry& entry : entries) {
      std::string name = entry.name;
      if (name.size() > 4 && name.ends_with(".npy")) name.resize(name.size() - 4);
      EntryStream stream(file, entry);
      NpyHeader header = read_npy_header(file, entry, name, stream);
      if (!members.emplace(name, Member{std::move(entry), std::move(header)}).second)
        file.refuse(name + " is there twice");
    }
  }

  const Member& member(const std::string& name) const {
    const auto found = members.find(name);
    if (found == members.end()) file.refuse("has no array '" + name + "'");
    return found->second;
  }
  // Calls use(header, stream), the stream being behind the header.
  auto with(const std::string& name, auto use) const {
    const Member& m = member(name);
    EntryStream stream(file, m.entry);
    read_npy_header(file, m.entry, name, stream);
    return use(m.header, stream);
  }
};

NpzReader::NpzReader(const std::string& path, const InputLimits& limits)
    : contents_(std::make_unique<Contents>(path, limits)) {}
NpzReader::~NpzReader() = default;

bool NpzReader::has(const std::string& name) const { return contents_->members.contains(name); }

std::vector<std::string> NpzReader::names() const {
  std::vector<std::string> names;
  for (const auto& [name, member] : contents_->members) names.push_back(name);
  return names;
}

const std::vector<std::uint64_t>& NpzReader::shape(const std::string& name) const {
  return contents_->member(name).header.shape;
}

bool NpzReader::is_text(const std::string& name) const { return contents_->member(name).header.text(); }

template <class T>
std::vector<T> NpzReader::read(const std::string& name) const {
  return contents_->with(name, [&](const NpyHeader& header, EntryStream& stream) {
    return read_npy_elements<T>(contents_->file, name, header, stream);
  });
}

template std::vector<double> NpzReader::read(const std::string&) const;
template std::vector<float> NpzReader::read(const std::string&) const;
template std::vector<std::uint8_t> NpzReader::read(const std::string&) const;
template std::vector<std::uint16_t> NpzReader::read(const std::string&) const;
template std::vector<std::uint32_t> NpzReader::read(const std::string&) const;
template std::vector<std::uint64_t> NpzReader::read(const std::string&) const;

std::vector<std::string> NpzReader::read_text(const std::string& name) const {
  return contents_->with(name, [&](const NpyHeader& header, EntryStream& stream) {
    return read_npy_texts(contents_->file, name, header, stream);
  });
}

ZipEntry lone_entry(const DiskFile& file) { return {"the array", false, false, 0, file.size(), file.size(), 0}; }

template <class T>
NpyValues<T> read_npy(const std::string& path, const InputLimits& limits) {
  const DiskFile file(path, limits.bytes);
  const ZipEntry entry = lone_entry(file);
  EntryStream stream(file, entry);
  const NpyHeader header = read_npy_header(file, entry, entry.name, stream);
  return {header.shape, read_npy_elements<T>(file, entry.name, header, stream)};
}

template NpyValues<double> read_npy(const std::string&, const InputLimits&);
template NpyValues<float> read_npy(const std::string&, const InputLimits&);
template NpyValues<std::uint32_t> read_npy(const std::string&, const InputLimits&);
template NpyValues<std::uint64_t> read_npy(const std::string&, const InputLimits&);

std::vector<std::uint64_t> npy_shape(const std::string& path, const InputLimits& limits) {
  const DiskFile file(path, limits.bytes);
  const ZipEntry entry = lone_entry(file);
  EntryStream stream(file, entry);
  return read_npy_header(file, entry, entry.name, stream).shape;
}

}  // namespace sprig
