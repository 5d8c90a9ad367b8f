// Networks of other programs, as arrays of an .npz. The seeds are dense matrices, edge lists or SciPy's: three targets.
#include "sprig/formats/network_import.hpp"

#include "tests/fuzz/fuzz.hpp"

namespace sprig::fuzz {

void read(std::string_view bytes) {
  static const MemoryFile file(100);
  ImportRequest request;
  request.limits = kSmall;
  if (bytes.empty()) return;
  const auto choice = static_cast<unsigned char>(bytes[0]);
  bytes.remove_prefix(1);
  request.options.ids = static_cast<NeuronIds>(choice % 3);
  request.options.duplicates = static_cast<Duplicates>(choice >> 2 & 1);
  request.options.orientation = static_cast<Orientation>(choice >> 3 & 1);
  request.options.groups = static_cast<Groups>(choice >> 4 & 1);
  request.path = file.holding((choice & 32) != 0 ? std::string(bytes) : zip_of(bytes));
  if ((choice & 64) != 0) import_sizes(request);
  if ((choice & 128) != 0)
    read_edge_list(request.path, request.options.orientation, kSmall);
  else
    import_network(request, 1);
}

}  // namespace sprig::fuzz
