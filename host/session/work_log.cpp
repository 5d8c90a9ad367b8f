#include "sprig/session/work_log.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <cstdio>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <set>
#include <utility>

#include "sprig/core/crc32c.hpp"
#include "sprig/core/error.hpp"
#include "sprig/core/files.hpp"
#include "sprig/session/plain_name.hpp"
#include "sprig/session/signals.hpp"

namespace sprig {

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::string_view kSum = ",\"crc\":\"";  // and eight digits, a quote and a brace: the end of a line

std::string hex(std::uint32_t sum) {
  char text[9];
  std::snprintf(text, sizeof text, "%08x", sum);
  return text;
}

// A line without its sum, the sum that it says, and whether it is right after the sum of the line before.
struct SummedLine {
  std::string piece, sum;
  bool whole = false;
};

SummedLine read_line(const std::string& line, const std::string& before) {
  SummedLine read;
  const std::size_t tail = kSum.size() + 10;
  if (line.size() <= tail || line.compare(line.size() - tail, kSum.size(), kSum) != 0) return read;
  read.piece = line.substr(0, line.size() - tail) + "}";
  read.sum = line.substr(line.size() - 10, 8);
  const std::string summed = before + read.piece;
  read.whole = hex(crc32c(summed.data(), summed.size())) == read.sum && line.ends_with("\"}");
  return read;
}

std::string summed_line(const std::string& piece, std::string& before) {
  const std::string summed = before + piece;
  before = hex(crc32c(summed.data(), summed.size()));
  return piece.substr(0, piece.size() - 1).append(kSum).append(before).append("\"}");
}

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
    std::string written;  // when the one that was restored was, in UTC
  };
  std::map<std::string, State> states;  // by name
  std::set<std::string> looked_for;     // of what is refused, once is enough
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
  void keep(const std::string& name, const std::function<void(Writer&)>& write) override {
    CheckpointKey key;
    {
      const std::lock_guard lock(mutex);
      key = state(name).key;
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
        for (const std::string& sentence : found.refused) refuse(sentence);
      state(name).written = found.path.empty() ? "" : time_of(found.path);
    }
    if (found.path.empty()) return false;
    read_checkpoint(found.path, key, read);
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
    std::vector<std::string> gone;
    std::error_code none;
    for (std::filesystem::directory_iterator entry(states_folder(), none), end; !none && entry != end;
         entry.increment(none)) {
      const std::string file_name = entry->path().filename().string();
      const bool ours = file_name.find(".state") != std::string::npos;
      if (ours && file_name.starts_with(start)) gone.push_back(entry->path().string());
    }
    std::sort(gone.rbegin(), gone.rend());  // what is previous goes before what it is previous to
    for (const std::string& file_path : gone) files::remove(file_path);
    if (start.empty()) files::rmdir(states_folder().c_str());  // where nothing of others is in it
  }
};

WorkLog::WorkLog(std::string folder, std::chrono::duration<double> every) : parts_(std::make_shared<Parts>()) {
  parts_->folder = std::move(folder);
  parts_->every = every;
}

WorkLog::~WorkLog() = default;

void WorkLog::open(const std::string& file) {
  Parts& p = *parts_;
  p.file = p.folder + "/" + file;
  std::vector<std::string> whole;
  if (std::filesystem::exists(p.file)) {
    std::ifstream from(p.file, std::ios::binary);
    std::string line, before;
    std::size_t number = 0, damaged = 0, first = 0;
    while (std::getline(from, line)) {
      ++number;
      const SummedLine read = from.eof() ? SummedLine{} : read_line(line, before);  // eof: without its end
      if (!read.sum.empty()) before = read.sum;
      const Json piece = read.whole ? parsed_json(read.piece) : Json();
      if (!piece.is_object() || !piece.contains("key") || !piece["key"].is_string()) {
        if (damaged++ == 0) first = number;
        continue;
      }
      p.pieces[piece["key"].get<std::string>()] = piece;
      whole.push_back(read.piece);
    }
    if (from.bad()) throw InputError(p.file, "cannot be read");
    if (damaged > 0)
      p.refused.push_back(p.file + ": " + std::to_string(damaged) +
                          " lines are damaged or cut short, the first is line " + std::to_string(first) +
                          "; what they say is done anew");
  }
  std::string text;
  for (const std::string& piece : whole) text += summed_line(piece, p.sum) + "\n";
  write_file(p.file, text);
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
  parts_->states[name] = {key};
  return {parts_, name};
}

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
