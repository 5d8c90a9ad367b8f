// sprig info: what was built, which devices there are, and a self test.
#include <algorithm>

#include "host/app/ranks.hpp"
#include "host/app/verbs.hpp"
#include "sprig/core/error.hpp"
#include "sprig/core/hash.hpp"
#include "sprig/core/threads.hpp"
#include "sprig/core/version.hpp"
#include "sprig/engine/device.hpp"
#include "sprig/ranks/ranks.hpp"
#include "sprig/session/memory_plan.hpp"
#include "sprig/session/place.hpp"
#include "sprig/session/session.hpp"
#include "sprig/session/table.hpp"

namespace sprig::app {

namespace {

// One second of a small noisy network with all features that could differ between backends: its spikes and final state.
std::string self_test_hash(Device device, int threads) {
  NetworkSpec spec;
  spec.neurons = 200;
  spec.topology = Topology::random;
  spec.delay_ms = {Distribution::Kind::uniform, 1.0, 5.0};
  spec.kind.receptors = 2;
  spec.neuron.i_dc = 0.9;
  const Network network = build_network(spec, 1);
  Drive drive;
  drive.noise_sigma.assign(network.size(), 2.0);
  drive.poisson_rate_hz.assign(network.size(), 100.0);
  drive.poisson_weight.assign(network.size(), 0.1);
  SimulationOptions options;
  options.device = device;
  options.threads = threads;
  const auto simulation = make_simulation(network, drive, options);
  Recording recording;
  RecordOptions what;
  what.spikes = true;
  simulation->advance(static_cast<std::uint64_t>(1000 / spec.step_ms), {}, what, &recording);
  if (recording.total_spikes == 0) throw NumericalError("self test", "the network is silent");
  Hash hash;
  hash.add(simulation->state().hash());
  for (const SpikeEvent& s : recording.spikes) hash.add(s.step).add(s.neuron).add(s.replica);
  return hash.hex();
}

std::string compute_text(const cuda::DeviceInfo& device) {
  return std::to_string(device.compute_major) + "." + std::to_string(device.compute_minor);
}

std::string device_text(const cuda::DeviceInfo& device) {
  return "device " + std::to_string(device.index) + ": " + device.name + ", compute " + compute_text(device) + ", " +
         std::to_string(device.multiprocessors) + " SMs, " + bytes_text(static_cast<double>(device.memory_bytes)) +
         (device.why_not_usable.empty() ? "" : "; not usable: " + device.why_not_usable) + "\n";
}

Json device_json(const cuda::DeviceInfo& device) {
  return {{"index", device.index},
          {"name", device.name},
          {"compute", compute_text(device)},
          {"multiprocessors", device.multiprocessors},
          {"memory_bytes", device.memory_bytes},
          {"free_bytes", device.free_bytes},
          {"l2_bytes", device.l2_bytes},
          {"shared_bytes_a_block", device.shared_per_block_bytes},
          {"usable", device.why_not_usable.empty()},
          {"why_not_usable", device.why_not_usable}};
}

}  // namespace

int info_verb(const Command& command) {
  if (serves(command)) return 0;
  const Version v = version();
  const std::vector<cuda::DeviceInfo> devices = cuda::all_devices();
  const int threads = team_size(command.config.simulation.threads);
  const auto yes = [](bool b) { return b ? "yes" : "no"; };
  std::string text = std::string("sprig ") + v.version + " (" + v.git_revision + ")\n" + "built: " + v.build_type +
                     ", " + v.compiler + ", OpenMP " + yes(v.with_openmp) + ", CUDA " + yes(v.with_cuda) +
                     ", state in " + (v.double_state ? "double" : "float") + "\nthreads: " + std::to_string(threads) +
                     "\n";
  const MemoryLimit limit = available_memory();
  text += "memory: " + bytes_text(limit.bytes) + " of " + limit.name + " available\n";
  const std::string mpi = mpi_version();
  const int ranks = ranks_of(command) != nullptr ? ranks_of(command)->ranks() : 1;
  text += "ranks: " + (ranks > 1 ? std::to_string(ranks) : std::string("alone")) +
          "; MPI: " + (mpi.empty() ? "built without" : mpi) + "\n";
  Json list = Json::array();
  for (const cuda::DeviceInfo& d : devices) {
    text += device_text(d);
    list.push_back(device_json(d));
  }
  text += devices.empty() ? "devices: none, " + cuda::why_no_device() + "\n" : cuda::versions() + "\n";

  std::vector<std::pair<std::string, std::string>> hashes;
  hashes.emplace_back("cpu, 1 thread", self_test_hash(Device::cpu, 1));
  hashes.emplace_back("cpu, " + std::to_string(std::max(threads, 2)) + " threads",
                      self_test_hash(Device::cpu, std::max(threads, 2)));
  for (const cuda::DeviceInfo& d : devices)
    if (d.why_not_usable.empty())
      hashes.emplace_back(Device::cuda_at(d.index).text(), self_test_hash(Device::cuda_at(d.index), 1));
  bool same = true;
  std::string ran;
  Json tests = Json::object();
  for (const auto& [name, hash] : hashes) {
    same &= hash == hashes.front().second;
    ran += (ran.empty() ? "" : "; ") + name;
    tests[name] = hash;
  }
  text += "self test: " + std::string(same ? "ok, same bits on " : "FAILED, different bits on ") + ran + "\n";
  if (!command.quiet) write_stdout(text);
  if (!command.out.empty()) {
    Session session(command);
    const Json result{{"version", v.version}, {"git_revision", v.git_revision},
                      {"cuda", v.with_cuda},  {"openmp", v.with_openmp},
                      {"devices", list},      {"why_no_device", cuda::why_no_device()},
                      {"ranks", ranks},       {"mpi", mpi.empty() ? Json() : Json(mpi)},
                      {"threads", threads},   {"self_test", {{"ok", same}, {"hashes", tests}}}};
    session.finish(result, hashes.front().second, "all", true);
  }
  if (!same) throw NumericalError("self test", "different bits on " + ran);
  return 0;
}

}  // namespace sprig::app
