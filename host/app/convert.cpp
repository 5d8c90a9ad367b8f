// sprig convert: a network from one format of files to another.
#include <algorithm>
#include <filesystem>
#include <string>
#include <system_error>

#include "host/app/command_network.hpp"
#include "host/app/verbs.hpp"
#include "sprig/core/error.hpp"
#include "sprig/core/refuse.hpp"
#include "sprig/formats/network_export.hpp"
#include "sprig/network/description.hpp"
#include "sprig/session/network.hpp"
#include "sprig/session/output.hpp"
#include "sprig/session/signals.hpp"
#include "sprig/session/work_key.hpp"

namespace sprig::app {

namespace {

// Formats that the Python package converts to and from, by the libraries of their own.
constexpr const char* kForeignEndings[] = {".nir", ".h5", ".hdf5", ".sonata", ".mtx", ".nwb", ".mat", ".pt"};

NetworkFormat format_of(const std::string& path, const std::string& wanted) {
  constexpr auto names = words_of(NetworkFormat{});
  for (std::size_t f = 0; f < names.size(); ++f)
    if (wanted == names[f]) return static_cast<NetworkFormat>(f);
  if (path.ends_with(".npz")) return NetworkFormat::network;
  if (path.ends_with(".npy")) return NetworkFormat::dense;
  if (path.ends_with(".csv") || path.ends_with(".tsv")) return NetworkFormat::edges;
  for (const char* ending : kForeignEndings)
    if (path.ends_with(ending))
      throw UsageError(path, "is written by the Python package: python -m sprig convert IN OUT");
  throw UsageError(path, "has an ending that says no format; allowed: .npz, .npy, .csv, .tsv, and --to");
}

}  // namespace

int convert_verb(const Command& command) {
  const NetworkFormat format = format_of(command.out, command.to);
  for (const auto& [key, path] : inputs_of(command.config)) {
    std::error_code not_there;
    if (std::filesystem::equivalent(command.out, path, not_there))
      throw UsageError(command.out, "is the file that is read as " + key +
                                        "; allowed: another one, since formats lose what they cannot hold");
  }
  std::vector<std::string> notes;  // said on stderr
  const Network network = stored(command_network(command, notes));
  install_signal_handlers();  // from here on a signal waits: it would leave half a file beside OUT
  export_network(command.out, network, format);
  if (command.quiet) return 0;
  std::string text = "written to " + command.out + " (" + std::string(name_of(format)) +
                     "): " + std::to_string(network.size()) + " neurons, " +
                     std::to_string(network.recurrent.synapses()) + " synapses\n";
  std::string lost;
  for (const std::string& what : lost_by(format, network)) lost += (lost.empty() ? "" : "; ") + what;
  if (!lost.empty()) text += "not in it: " + lost + "\n";
  write_stdout(text);
  return 0;
}

}  // namespace sprig::app
