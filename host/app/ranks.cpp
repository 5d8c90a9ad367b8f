#include "host/app/ranks.hpp"

#include <optional>
#include <sstream>
#include <string>
#include <utility>

#include "sprig/core/error.hpp"
#include "sprig/core/hash.hpp"
#include "sprig/core/threads.hpp"
#include "sprig/core/version.hpp"
#include "sprig/instruments/run.hpp"
#include "sprig/network/projection_draws.hpp"

namespace sprig::app {

namespace {

std::string names_of_divided_verbs() {
  std::string names;
  for (const Verb& verb : verbs())
    if (verb.takes_ranks) names.append(names.empty() ? "" : ", ").append(verb.name);
  return names;
}

// What all ranks must have in common.
std::string program_of(const Command& command) {
  const Version v = version();
  return "sprig " + std::string(v.version) + " (" + v.git_revision + ")" + (v.double_state ? ", state in double" : "") +
         "\nverb = " + command.verb + "\n" + resolved_config(command.config);
}

// The first line in which two texts differ, of each; what TOML has behind a value is not said.
std::pair<std::string, std::string> first_difference(const std::string& a, const std::string& b) {
  std::istringstream in_a(a), in_b(b);
  const auto next = [](std::istringstream& in) -> std::optional<std::string> {
    std::string line;
    if (!std::getline(in, line)) return {};
    return line.substr(0, line.find("  # "));
  };
  for (;;) {
    const std::optional<std::string> of_a = next(in_a), of_b = next(in_b);
    if (of_a != of_b || !of_a) return {of_a.value_or("nothing"), of_b.value_or("nothing")};
  }
}

}  // namespace

void join_command(Exchange& ranks, const Verb& verb, Command& command) {
  command.config.simulation.ranks.exchange = &ranks;
  if (!ranks.is_root()) command.quiet = true;
  if (!verb.takes_ranks)
    throw UsageError("sprig " + command.verb,
                     "was started on " + std::to_string(ranks.ranks()) +
                         " ranks, and is not divided among them; allowed: one process, or " + names_of_divided_verbs() +
                         " (SPRIG_RANKS=off in the environment: each process works for itself)");
  if (command.config.simulation.device == Device::automatic) command.config.simulation.device = Device::cpu;
  const std::string own = program_of(command);
  const std::vector<std::uint64_t> hashes = share_value(ranks, Hash().bytes(own.data(), own.size()).value());
  std::size_t other = 1;
  while (other < hashes.size() && hashes[other] == hashes.front()) ++other;
  if (other == hashes.size()) return;
  const auto rank = static_cast<std::size_t>(ranks.rank());
  const std::vector<std::string> texts = share_value(ranks, rank == 0 || rank == other ? own : std::string());
  const auto [of_root, of_other] = first_difference(texts.front(), texts[other]);
  throw UsageError("rank " + std::to_string(other) + " of " + std::to_string(ranks.ranks()),
                   "was started otherwise than rank 0: found \"" + of_other + "\"; allowed: \"" + of_root + "\"");
}

bool decided_by_root(Exchange* ranks, const std::function<bool()>& find) {
  if (ranks == nullptr) return find();
  const bool found = ranks->is_root() && find();
  return share_value(*ranks, static_cast<std::uint8_t>(found ? 1 : 0)).front() != 0;
}

std::vector<std::uint32_t> out_degrees_by_ranks(const Command& command, const BuiltNetwork& network) {
  const int threads = team_size(command.config.simulation.threads);
  const auto* procedural = std::get_if<ProceduralNetwork>(&network);
  if (ranks_of(command) == nullptr || procedural == nullptr)
    return serves(command) ? std::vector<std::uint32_t>() : out_degrees(network, threads);
  Exchange& ranks = *ranks_of(command);
  const std::uint64_t neurons = procedural->network.size(), all = static_cast<std::uint64_t>(ranks.ranks()),
                      rank = static_cast<std::uint64_t>(ranks.rank());
  const std::vector<std::uint32_t> own = out_degrees(
      *procedural, threads,
      {static_cast<std::uint32_t>(neurons * rank / all), static_cast<std::uint32_t>(neurons * (rank + 1) / all)});
  std::vector<std::uint32_t> sum(ranks.is_root() ? neurons : 0, 0);
  ranks.collect(persisted(own), [&](int, const std::vector<char>& bytes) {
    std::vector<std::uint32_t> part;
    read_persisted(bytes, "out-degrees of a rank", part);
    for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += part[i];
  });
  return sum;
}

}  // namespace sprig::app
