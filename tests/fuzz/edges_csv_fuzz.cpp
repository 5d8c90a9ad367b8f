// Edge lists as text, with a list of neurons or without, and whole networks of them.
#include "sprig/formats/network_import.hpp"

#include "tests/fuzz/fuzz.hpp"

namespace sprig::fuzz {

void read(std::string_view bytes) {
  static const MemoryFile file(100), nodes(101);
  ImportRequest request;
  request.limits = kSmall;
  if (bytes.empty()) return;
  const auto choice = static_cast<unsigned char>(bytes[0]);
  bytes.remove_prefix(1);
  request.options.ids = static_cast<NeuronIds>(choice % 3);
  request.options.duplicates = static_cast<Duplicates>(choice >> 2 & 1);
  request.options.unlisted = static_cast<Unlisted>(choice >> 3 & 1);
  request.options.groups = static_cast<Groups>(choice >> 4 & 1);
  if ((choice & 32) != 0) request.options.nodes = nodes.holding(part(bytes));
  if ((choice & 64) != 0) request.options.edge_types = {"chem", "gap"};
  request.path = file.holding(bytes);
  if ((choice & 128) != 0)
    read_edge_list(request.path, Orientation::source_target, kSmall);
  else
    import_network(request, 1);
}

}  // namespace sprig::fuzz
