#include "sprig/session/shared_work.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <mutex>
#include <optional>
#include <set>

#include "host/session/folder_lock.hpp"
#include "host/session/owned_files.hpp"
#include "host/session/presence.hpp"
#include "sprig/core/error.hpp"
#include "sprig/core/files.hpp"
#include "sprig/session/session.hpp"
#include "sprig/session/when_free.hpp"

namespace sprig {

namespace {

constexpr std::chrono::seconds kForEntry{10};  // others take a moment to join

}  // namespace

struct SharedWork::Parts {
  std::string folder;  // of the result
  std::chrono::duration<double> every{0};
  bool quiet = false;
  std::optional<Presence> present;
  std::mutex mutex;
  std::set<SharedPiece*> pieces;

  std::string path(const std::string& name) const { return folder + "/" + kShares + name; }
};

struct SharedPiece::Parts {
  FolderLock lock;
  WorkLog log;
  SharedWork::Parts& work;
};

SharedPiece::SharedPiece(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {
  const std::lock_guard lock(parts_->work.mutex);
  parts_->work.pieces.insert(this);
}

SharedPiece::~SharedPiece() {
  const std::lock_guard lock(parts_->work.mutex);
  parts_->work.pieces.erase(this);
}

WorkLog& SharedPiece::log() { return parts_->log; }

SharedWork::SharedWork(const Command& command, const std::vector<std::string>& names)
    : parts_(std::make_unique<Parts>()) {
  Parts& p = *parts_;
  if (command.out.empty()) throw UsageError("--out", "is not given; allowed: the folder that the processes share");
  if (command.again) throw UsageError("--again", "begins anew, and processes that share go on; allowed: one of them");
  p.every = std::chrono::duration<double>(60 * command.checkpoint_every_min);
  p.quiet = command.quiet;
  // While the folder's lock is held nobody makes the result, so that what is joined is still under way.
  const std::unique_ptr<Session> session =
      when_free(kForEntry, [&] { return std::make_unique<Session>(command, names, FolderUse::joined); });
  p.folder = session->folder().path();
  p.present.emplace(p.folder);
}

SharedWork::~SharedWork() = default;

std::unique_ptr<SharedPiece> SharedWork::take(const std::string& name) {
  Parts& p = *parts_;
  const std::string folder = p.path(name);
  try {
    files::make_folders(folder);
    auto piece = std::unique_ptr<SharedPiece>(new SharedPiece(
        std::unique_ptr<SharedPiece::Parts>(new SharedPiece::Parts{FolderLock(folder), WorkLog(folder, p.every), p})));
    piece->log().tell([](const std::string& sentence) { std::fprintf(stderr, "sprig: %s\n", sentence.c_str()); },
                      p.quiet);
    return piece;
  } catch (const FolderHeld&) {
    return nullptr;
  }
}

std::string SharedWork::log_of(const std::string& name, const std::string& file) const {
  return parts_->path(name) + "/" + file;
}

const std::string& SharedWork::folder() const { return parts_->folder; }

bool SharedWork::keep_standing() {
  const std::lock_guard lock(parts_->mutex);
  bool any = false;
  for (SharedPiece* piece : parts_->pieces) any = piece->log().keep_standing() || any;
  return any;
}

std::vector<std::string> shared_logs(const std::string& folder, const std::string& file) {
  std::vector<std::string> logs;
  for (const std::string& name : entries_of(folder + "/" + kShares))
    if (is_there(folder + "/" + kShares + name + "/" + file))
      logs.push_back(folder + "/" + kShares + name + "/" + file);
  std::sort(logs.begin(), logs.end());
  return logs;
}

}  // namespace sprig
