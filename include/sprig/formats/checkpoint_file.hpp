// Checkpoints on the disk: a state that work goes on from (core/checkpoints.hpp), whole or not there, its predecessor
// kept beside it. docs/formats.md has the bytes.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "sprig/core/persist.hpp"

namespace sprig {

// Of the layout of the file and of every state that is put into one: raised where either changes.
inline constexpr std::uint32_t kCheckpointVersion = 2;

// Whose state it is: a hash of all that the work's result follows from.
struct CheckpointKey {
  std::uint64_t hash = 0;
};

// Writes PATH; what was PATH is PATH.previous then. Errors: InputError, and a state that was there can still be found.
void write_checkpoint(const std::string& path, CheckpointKey key, const std::function<void(Writer&)>& write);

// The newest state of this work that is whole.
struct CheckpointFound {
  std::string path;                  // empty: there is none
  std::uint64_t bytes = 0;           // of its state
  std::vector<std::string> refused;  // a sentence for each file that is there and cannot be used, with its path
};
CheckpointFound find_checkpoint(const std::string& path, CheckpointKey key);

// Errors: InputError where it is no whole checkpoint of this work, with what is wrong; those of `read`; where `read`
// leaves bytes.
void read_checkpoint(const std::string& path, CheckpointKey key, const std::function<void(Reader&)>& read);

// The same of one that was found whole, without summing it once more before: bytes that changed since are an error when
// they are met.
void read_checkpoint(const CheckpointFound& found, CheckpointKey key, const std::function<void(Reader&)>& read);

// PATH and PATH.previous. Errors: InputError.
void remove_checkpoint(const std::string& path);

}  // namespace sprig
