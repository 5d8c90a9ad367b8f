#include "sprig/session/work_log.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <ctime>
#include <functional>
#include <set>
#include <shared_mutex>
#include <utility>

#include "host/session/owned_files.hpp"
#include "host/session/piece_lines.hpp"
#include "sprig/core/files.hpp"
#include "sprig/session/plain_name.hpp"
#include "sprig/session/signals.hpp"

namespace sprig {

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::seconds kWorthKeeping{5};

// When a file was written, "2026-11-30 19:26:20 UTC".
std::string time_of(const std::string& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return "an unknown time";
  std::tm parts{};
  gmtime_r(&status.st_mtime, &parts);
  char text[32];
  std::strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S UTC", &parts);
  return text;
}

}  // namespace

// What states are kept by as long as somebody has work with them.
struct WorkLog::Parts : CheckpointStore {
  std::string folder;
  std::chrono::duration<double> every{0};

  mutable std::mutex mutex;
  std::string file;                    // of lines
  std::map<std::string, Json> pieces;  // by key
  std::optional<LineLog> log;
  std::string sum;  // of the last line
  std::vector<std::string> refused;

  struct State {
    CheckpointKey key;
    Clock::time_point kept = Clock::now();
    std::string written{};  // when the one that was restored was, in UTC
  };
  std::map<std::string, State> states;  // by name
  std::shared_mutex writing;            // alone: whoever keeps what stands; taken before `mutex`
  std::map<std::string, std::function<void(Writer&)>> standing;  // by name
  std::set<std::string> looked_for;                              // of what is refused, once is enough
  bool temporaries_gone = false;
  std::function<void(const std::string&)> tell;
  bool quiet = false;

  std::string states_folder() const { return folder + "/checkpoint"; }
  std::string path(const std::string& name) const { return states_folder() + "/" + plain_name(name, '.') + ".state"; }

  // That of a part is its whole's.
  State& state(const std::string& name) {
    const auto known = states.find(name);
    if (known != states.end()) return known->second;
    const std::size_t dot = name.rfind('.');
    return states[name] = State{dot == std::string::npos ? CheckpointKey{} : state(name.substr(0, dot)).key};
  }

  bool due(const std::string& name) override {
    const std::lock_guard lock(mutex);
    const Clock::time_point kept = state(name).kept;
    return stop_requested() || (every.count() > 0 && Clock::now() - kept >= every);
  }
  bool worth_keeping(const std::string& name) override {
    const std::lock_guard lock(mutex);
    const std::chrono::duration<double> most = kWorthKeeping;
    return Clock::now() - state(name).kept >= (every.count() > 0 ? std::min(every, most) : most);
  }
  void stands(const std::string& name, std::function<void(Writer&)> write) override {
    const std::lock_guard lock(writing);
    standing[name] = std::move(write);
  }
  void moves(const std::string& name) override {
    const std::lock_guard lock(writing);
    standing.erase(name);
  }
  bool keep_standing() {
    const std::lock_guard lock(writing);
    for (const auto& [name, write] : standing) put(name, write);
    return !standing.empty();
  }
  void keep(const std::string& name, const std::function<void(Writer&)>& write) override {
    const std::shared_lock lock(writing);
    put(name, write);
  }
  void put(const std::string& name, const std::function<void(Writer&)>& write) {
    CheckpointKey key;
    {
      const std::lock_guard lock(mutex);
      key = state(name).key;
      if (!std::exchange(temporaries_gone, true)) remove_leftovers(folder, {"checkpoint/"});
    }
    files::make_folders(states_folder());
    write_checkpoint(path(name), key, write);
    const std::lock_guard lock(mutex);
    state(name).kept = Clock::now();
  }
  bool restore(const std::string& name, const std::function<void(Reader&)>& read) override {
    CheckpointKey key;
    {
      const std::lock_guard lock(mutex);
      key = state(name).key;
    }
    const CheckpointFound found = find_checkpoint(path(name), key);
    {
      const std::lock_guard lock(mutex);
      if (looked_for.insert(name).second)
        for (const std::string& sentence : found.refused)
          refuse(sentence + "; " + (found.path.empty() ? "its work begins anew" : found.path + " is used"));
      state(name).written = found.path.empty() ? "" : time_of(found.path);
    }
    if (found.path.empty()) return false;
    read_checkpoint(found, key, read);
    return true;
  }
  void goes_on(const std::string& name, const std::string& from) override {
    const std::lock_guard lock(mutex);
    if (tell && !quiet) tell("goes on from " + from + " (checkpoint of " + state(name).written + ")");
  }
  void cannot_use(const std::string& name, const std::string& why) override {
    const std::lock_guard lock(mutex);
    refuse(why + "; the checkpoint of " + state(name).written + " cannot be used without it, and " + name +
           " begins anew");
  }
  // The mutex is held.
  void refuse(const std::string& sentence) {
    refused.push_back(sentence);
    if (tell) tell(sentence);
  }
  void drop(const std::string& name) override { remove_states(plain_name(name, '.') + "."); }

  // Those whose files' names begin so.
  void remove_states(const std::string& start) const {
    std::vector<std::string> names = entries_of(states_folder());
    std::sort(names.rbegin(), names.rend());  // what is previous goes before what it is previous to
    for (const std::string& name : names)
      if (name.starts_with(start) && name.find(".state") != std::string::npos)
        files::remove(states_folder() + "/" + name);
    if (start.empty()) files::rmdir(states_folder().c_str());  // where nothing of others is in it
  }
};

std::map<std::string, Json> pieces_in(const std::string& path) {
  std::map<std::string, Json> pieces;
  for (PieceLine& line : read_piece_lines(path).whole) {
    std::string key = line.piece["key"].get<std::string>();
    pieces[std::move(key)] = std::move(line.piece);
  }
  return pieces;
}

WorkLog::WorkLog(std::string folder, std::chrono::duration<double> every) : parts_(std::make_shared<Parts>()) {
  parts_->folder = std::move(folder);
  parts_->every = every;
}

WorkLog::~WorkLog() = default;

void WorkLog::open(const std::string& file) {
  Parts& p = *parts_;
  const std::lock_guard lock(p.mutex);
  p.file = p.folder + "/" + file;
  remove_leftovers(p.folder, {file});
  PieceLines lines = read_piece_lines(p.file);
  p.sum = lines.sum;
  if (lines.damaged > 0) {
    const std::string are = std::to_string(lines.damaged) + (lines.damaged == 1 ? " line is " : " lines are ");
    p.refuse(p.file + ": " + are +
             (lines.without_sum == lines.damaged ? "of an earlier version of sprig, without a checksum"
                                                 : "damaged, cut short or not in place") +
             ", the first is line " + std::to_string(lines.first_damaged) + "; what they say is computed anew");
    p.sum.clear();
    std::string text;
    for (const PieceLine& line : lines.whole) text += summed_line(line.text, p.sum) + "\n";
    write_file(p.file, text);
  }
  for (PieceLine& line : lines.whole) {
    std::string key = line.piece["key"].get<std::string>();
    p.pieces[std::move(key)] = std::move(line.piece);
  }
  p.log.emplace(p.file, LineLog::Start::append);
}

const Json* WorkLog::find(const std::string& key) const {
  const std::lock_guard lock(parts_->mutex);
  const auto found = parts_->pieces.find(key);
  return found == parts_->pieces.end() ? nullptr : &found->second;
}

void WorkLog::add(const std::string& key, const Json& piece) {
  Json line = piece;
  line["key"] = key;
  const std::lock_guard lock(parts_->mutex);
  std::string sum = parts_->sum;
  parts_->log->append(summed_line(json_text(line), sum));
  parts_->sum = sum;
  parts_->pieces[key] = std::move(line);
}

Checkpoints WorkLog::checkpoints(const std::string& name, CheckpointKey key) {
  const std::lock_guard lock(parts_->mutex);
  const auto known = parts_->states.find(name);
  if (known == parts_->states.end() || known->second.key.hash != key.hash) parts_->states[name] = {key};
  return {parts_, name};
}

bool WorkLog::keep_standing() { return parts_->keep_standing(); }

void WorkLog::tell(std::function<void(const std::string&)> tell, bool quiet) {
  const std::lock_guard lock(parts_->mutex);
  parts_->tell = std::move(tell);
  parts_->quiet = quiet;
}

std::vector<std::string> WorkLog::refused() const {
  const std::lock_guard lock(parts_->mutex);
  return parts_->refused;
}

void WorkLog::finish() { parts_->remove_states(""); }

}  // namespace sprig
