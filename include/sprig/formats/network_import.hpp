// Networks that other programs wrote: sparse and dense matrices of NumPy and SciPy, edge lists. What they lack comes
// from [network] and [neuron], what they hold wins. docs/formats.md has the formats.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "sprig/core/fields.hpp"
#include "sprig/core/words.hpp"
#include "sprig/formats/network_file.hpp"
#include "sprig/network/builders.hpp"
#include "sprig/network/given_network.hpp"

namespace sprig {

enum class Orientation { source_target, target_source };
constexpr auto words_of(Orientation) { return words<Orientation>("source_target", "target_source"); }
enum class NeuronIds { automatic, index, name };
constexpr auto words_of(NeuronIds) { return words<NeuronIds>("auto", "index", "name"); }
enum class Unlisted { refuse, leave_out };
constexpr auto words_of(Unlisted) { return words<Unlisted>("refuse", "leave_out"); }

// How a file is to be read.
struct ImportOptions {
  Orientation orientation = Orientation::source_target;
  Duplicates duplicates = Duplicates::multapses;
  NeuronIds ids = NeuronIds::automatic;
  std::string nodes;
  Unlisted unlisted = Unlisted::refuse;
  std::vector<std::string> edge_types;
  Groups groups = Groups::automatic;
};
// [network], of a file.
void fields(IsOptions<ImportOptions> auto& o, auto&& visit) {
  visit("orientation", o.orientation, kAnything, "file: what the rows and the columns of its matrix are");
  visit("duplicates", o.duplicates, kAnything, "file: several entries of a pair stay synapses of their own, or add up");
  visit("ids", o.ids, kAnything,
        "file, an edge list: whole numbers are indices from 0, or names as all other texts; auto: if all are numbers");
  visit("nodes", o.nodes, kAnything,
        "file: a CSV of its neurons, one a row: name, sign, population, and parameters such as tau_m_ms");
  visit("unlisted", o.unlisted, kAnything, "file, an edge list: what becomes of edges whose ends network.nodes lacks");
  visit("edge_types", o.edge_types, texts("a word of its column type"),
        "file, an edge list: the types of edges that are synapses; empty: its only one");
  visit("groups", o.groups, kAnything,
        "file: populations exc and inh if the signs of neurons make two ranges, else all; by_sign: numbers them anew");
}

struct ImportRequest {
  std::string path;
  ImportOptions options;
  NetworkSpec spec;                                 // what the file lacks
  std::map<std::string, std::string> neuron_files;  // parameter (a name of kNeuronFields): .npy, one value a neuron
  std::set<std::string> given;                      // keys that were set: "network.delay_ms"
  InputLimits limits;
};

struct ImportedNetwork {
  Network network;
  std::vector<std::string> notes;  // what was missing, decided or changed, a sentence each
};

// Any file that network.file may name, sprig's own too. seed: of what is drawn. Errors: InputError with the file and
// the array or row; ConfigError for keys that contradict the file, all in one message.
ImportedNetwork import_network(const ImportRequest& request, std::uint32_t seed);

// Does it hold a network that sprig wrote?
bool is_network_file(const std::string& path, const InputLimits& limits = {});

// What memory estimates need of such a file: from headers (of a dense matrix every entry), else by reading it.
NetworkFileSizes import_sizes(const ImportRequest& request);

// The synapses alone, of a projection: indices from 0 in its source and in its target population.
EdgeList read_edge_list(const std::string& path, Orientation orientation = Orientation::source_target,
                        const InputLimits& limits = {});

}  // namespace sprig
