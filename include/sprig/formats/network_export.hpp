// Networks as other programs read them: a sparse matrix of SciPy's, a dense one, an edge list. network_import.hpp reads
// all of them back.
#pragma once

#include <string>
#include <vector>

#include "sprig/core/words.hpp"
#include "sprig/network/network.hpp"

namespace sprig {

// network: network_file.hpp's; scipy: scipy.sparse.save_npz's CSR; dense: .npy, or .npz with one array; edges: .csv,
// .tsv, or .npz with an array a column.
enum class NetworkFormat { network, scipy, dense, edges };
constexpr auto words_of(NetworkFormat) { return words<NetworkFormat>("network", "scipy", "dense", "edges"); }

// Replaces `path` atomically; its ending chooses between the files of a format. Errors: UsageError for an ending that
// the format does not have, InputError (cannot be written), ConfigError for what the format cannot hold.
void export_network(const std::string& path, const Network& network, NetworkFormat format);

// What such a file does not keep of this network, a few words each.
std::vector<std::string> lost_by(NetworkFormat format, const Network& network);

}  // namespace sprig
