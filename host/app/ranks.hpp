// A command on several ranks (engine/exchange.hpp): rank 0 writes and prints, the others do their part and are silent.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "host/app/command_tree.hpp"
#include "sprig/engine/exchange.hpp"
#include "sprig/network/description.hpp"
#include "sprig/session/command.hpp"

namespace sprig::app {

// Makes it one of all ranks: they have the same version and configuration, and run on the CPU. Errors: UsageError for a
// verb that is not divided; RankError naming a rank that was given something else.
void join_command(Exchange& ranks, const Verb& verb, Command& command);

// Null: the process is alone.
inline Exchange* ranks_of(const Command& command) { return command.config.simulation.ranks.exchange; }
// Whether this process is another rank than 0.
inline bool serves(const Command& command) { return ranks_of(command) != nullptr && !ranks_of(command)->is_root(); }

// What rank 0 finds, on all of them; alone: what is found.
bool decided_by_root(Exchange* ranks, const std::function<bool()>& find);

// out_degrees() on rank 0, each rank drawing a part of the synapses; empty on the others.
std::vector<std::uint32_t> out_degrees_by_ranks(const Command& command, const BuiltNetwork& network);

}  // namespace sprig::app
