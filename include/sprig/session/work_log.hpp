// What a verb has done so far, in its run folder, so that the same command goes on after a kill: of work that is done
// in pieces (cells of a study, candidates of a search, cases of a benchmark) a line each; of a piece that is under way
// a state (core/checkpoints.hpp). Both are checksummed and on the disk when they are kept; what is damaged is said and
// done anew.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "sprig/core/checkpoints.hpp"
#include "sprig/formats/atomic_file.hpp"
#include "sprig/formats/checkpoint_file.hpp"
#include "sprig/session/output.hpp"

namespace sprig {

// The pieces of a log by their keys, whoever is writing it: read and not changed. Lines that are damaged, or not whole
// yet, are left out. Errors: InputError where it cannot be read; one that is not there has none.
std::map<std::string, Json> pieces_in(const std::string& path);

class WorkLog {
 public:
  // folder: the run folder, which its lock has. every: between two states of one piece; 0: only when a stop was asked
  // for. Nothing is read or made before it is asked for.
  WorkLog(std::string folder, std::chrono::duration<double> every);
  ~WorkLog();
  WorkLog(const WorkLog&) = delete;
  WorkLog& operator=(const WorkLog&) = delete;

  // Pieces that are done: FILE, a JSON object a line, {"key": ..., what came of it, "crc": ...}, where crc is CRC-32C
  // of the crc of the line before (its text; nothing in the first line) and of this line without its own, so that a
  // changed digit and a line that is missing, moved or repeated are found. Lines of other keys (another grid, an
  // earlier revision) stay: they may be gone back to. Errors: InputError when it cannot be read or written.
  void open(const std::string& file);
  // What came of a piece, as it was added; null: not done, or its line was damaged. Until it is added again.
  const Json* find(const std::string& key) const;
  // Thread-safe. On the disk when it returns.
  void add(const std::string& key, const Json& piece);

  // States of a piece under way, in checkpoint/NAME. key: of all that the piece's result follows from.
  Checkpoints checkpoints(const std::string& name, CheckpointKey key);

  // Keeps the states that stand (core/checkpoints.hpp), after those that are being kept; whether there are any. The
  // process must be about to end: work whose state moves on waits until it returns, and goes on then. Errors:
  // InputError.
  bool keep_standing();

  // Who is told, as soon as it is known, which states cannot be used and, unless `quiet`, from where work goes on.
  void tell(std::function<void(const std::string&)> tell, bool quiet);

  // Sentences about lines and states that were there and could not be used.
  std::vector<std::string> refused() const;

  // The work is done: its states go, its lines stay.
  void finish();

 private:
  struct Parts;
  std::shared_ptr<Parts> parts_;
};

}  // namespace sprig
