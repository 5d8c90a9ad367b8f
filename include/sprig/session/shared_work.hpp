// Several processes of one command that share its run folder, on one machine or on many with a file system in common:
// each takes pieces of the work that nobody has, and whoever finds all of them done makes the result.
//
//   shares/with-HOST-PROCESS/   held by its lock as long as this process is at work here
//   shares/PIECE/               held while somebody works on the piece; its log (session/work_log.hpp) is in it, so
//   that
//                               whoever takes it after a kill goes on from its states
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "sprig/session/command.hpp"
#include "sprig/session/work_log.hpp"

namespace sprig {

// The name of what is shared within a run folder, for `names` of its Session.
inline constexpr const char* kShares = "shares/";

// A piece that this process has until it is destroyed. Must not outlive its SharedWork.
class SharedPiece {
 public:
  ~SharedPiece();
  SharedPiece(const SharedPiece&) = delete;
  SharedPiece& operator=(const SharedPiece&) = delete;

  WorkLog& log();

 private:
  friend class SharedWork;
  struct Parts;
  explicit SharedPiece(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

class SharedWork {
 public:
  // Claims the command's folder for its work, or joins those who have. names: as those of its Session, kShares among
  // them. Waits a while where one of them is joining or ending. Errors: UsageError without --out and with --again;
  // FolderDone where they have ended it; InputError where other work is under way in the folder; Interrupted.
  SharedWork(const Command& command, const std::vector<std::string>& names);
  ~SharedWork();
  SharedWork(const SharedWork&) = delete;
  SharedWork& operator=(const SharedWork&) = delete;

  // Thread-safe. Null where somebody has it. name: letters, digits and "-". Errors: InputError.
  std::unique_ptr<SharedPiece> take(const std::string& name);
  // That of a piece, whoever has it, to be read: one that may not be there.
  std::string log_of(const std::string& name, const std::string& file) const;
  // Where the result will be: an earlier command may have left logs there.
  const std::string& folder() const;

  // As WorkLog's, of all pieces that this process has.
  bool keep_standing();

 private:
  friend class SharedPiece;
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

// The logs called `file` of all pieces in a run folder, in the order of their names.
std::vector<std::string> shared_logs(const std::string& folder, const std::string& file);

}  // namespace sprig
