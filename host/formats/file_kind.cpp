// What files are, by their content.
#include <algorithm>
#include <initializer_list>

#include "host/formats/disk_file.hpp"
#include "host/formats/foreign_network.hpp"
#include "sprig/core/error.hpp"
#include "sprig/formats/file_start.hpp"

namespace sprig {

namespace {

constexpr const char* kConvert = "; python -m sprig convert (the Python package) reads it";

FileKind kind_of_npz(const std::string& path, const InputLimits& limits) {
  const NpzReader file(path, limits);
  const auto has_one_of = [&](std::initializer_list<const char*> names) {
    return std::any_of(names.begin(), names.end(), [&](const char* name) { return file.has(name); });
  };
  if (file.has("sprig_format")) return FileKind::sprig;
  if (file.has("format") && file.is_text("format")) return FileKind::scipy;
  if (has_one_of({"source", "pre", "from", "src", "presynaptic"}) &&
      has_one_of({"target", "post", "to", "dst", "postsynaptic"}))
    return FileKind::edges_npz;
  const std::vector<std::string> names = file.names();
  if (names.size() == 1) return FileKind::dense;
  std::string all;
  for (const std::string& name : names) all += (all.empty() ? "" : ", ") + name;
  throw InputError(path, "has the arrays " + (all.empty() ? "(none)" : all.substr(0, 200)) +
                             "; allowed: a network of sprig's, scipy.sparse.save_npz, one matrix, or source and target "
                             "of an edge list");
}

}  // namespace

FileStart file_start(const std::string& path) {
  const DiskFile file(path);
  std::string start(std::min<std::uint64_t>(file.size(), 16), '\0');
  file.read_at(0, start.data(), start.size());
  if (start.empty()) return FileStart::empty;
  if (start.starts_with("PK")) return FileStart::npz;
  if (start.starts_with("\x93NUMPY")) return FileStart::npy;
  if (start.starts_with("\x89HDF")) return FileStart::hdf5;
  if (start.starts_with("%%MatrixMarket")) return FileStart::matrix_market;
  if (start.starts_with("\x1F\x8B")) return FileStart::gzip;
  return FileStart::other;
}

FileKind kind_of_file(const std::string& path, const InputLimits& limits) {
  switch (file_start(path)) {
    case FileStart::empty:
      throw InputError(path, "is empty");
    case FileStart::npz:
      return kind_of_npz(path, limits);
    case FileStart::npy:
      return FileKind::npy;
    case FileStart::hdf5:
      throw InputError(path, std::string("is HDF5 (NIR, SONATA, NWB and others)") + kConvert);
    case FileStart::matrix_market:
      throw InputError(path, std::string("is a Matrix Market file") + kConvert);
    case FileStart::gzip:
      throw InputError(path, "is compressed by gzip; unpack it");
    case FileStart::other:
      break;
  }
  return FileKind::edges_csv;
}

}  // namespace sprig
