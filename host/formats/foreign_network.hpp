// What a file of another program holds of a network, and the readers of such files. Internal to formats.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "host/formats/node_table.hpp"
#include "sprig/formats/network_import.hpp"
#include "sprig/formats/npz.hpp"

namespace sprig {

enum class FileKind { sprig, scipy, dense, edges_npz, edges_csv, npy };

// By the content, never by the name. Errors: InputError for what is none of them, with the way that leads there.
FileKind kind_of_file(const std::string& path, const InputLimits& limits = {});

struct ForeignNetwork {
  GivenNetwork given;  // neurons = 0 where only ids say how many there are
  std::uint64_t rows = 0, cols = 0;
  std::uint64_t largest_id = 0;  // where ids are indices
  std::optional<double> step_ms;
  std::optional<Orientation> orientation;  // the file says so itself
  std::vector<std::string> notes, problems;
};

ForeignNetwork read_scipy(const NpzReader& file, const std::string& path, bool need_square, const InputLimits& limits);
ForeignNetwork read_dense(const std::string& path, const std::vector<std::uint64_t>& shape,
                          const std::vector<double>& values, const InputLimits& limits);
// nodes: null when no list of neurons is given. What is beyond the limits is refused before it is read.
ForeignNetwork read_edges_npz(const NpzReader& file, const std::string& path, const ImportOptions& options,
                              const NodeTable* nodes, const InputLimits& limits);
ForeignNetwork read_edges_csv(const std::string& path, const ImportOptions& options, const NodeTable* nodes,
                              const InputLimits& limits);

// The array step_ms: a number.
double read_step(const NpzReader& file, const std::string& path);

// Of the arrays of an .npz those that say of neurons or of synapses what sprig's own files say by these names:
// kNeuronFields, delay_ms, delay_steps, step_ms, orientation, sign, neuron_name. `synapses`: entries that delays may
// have.
void read_extra_arrays(const NpzReader& file, const std::string& path, std::uint64_t synapses,
                       const std::vector<std::string>& used, ForeignNetwork& out);

}  // namespace sprig
