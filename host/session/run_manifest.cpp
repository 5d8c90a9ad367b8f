#include "host/session/run_manifest.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <string_view>

#include "sprig/core/error.hpp"
#include "sprig/formats/text_file.hpp"

namespace sprig {

namespace {

constexpr std::uint64_t kMostBytes = 64u << 20;

// The JSON object in a plain file; null where there is none.
Json object_in(const std::string& path) {
  struct stat status {};
  if (::lstat(path.c_str(), &status) != 0 || !S_ISREG(status.st_mode)) return {};
  try {
    Json json = parsed_json(read_text_file(path, kMostBytes));
    return json.is_object() ? json : Json();
  } catch (const InputError&) {  // too large, or not to be read
    return {};
  }
}

std::string text_at(const Json& json, const char* key) {
  const auto found = json.find(key);
  return found != json.end() && found->is_string() ? found->get<std::string>() : "";
}
bool flag_at(const Json& json, const char* key) {
  const auto found = json.find(key);
  return found != json.end() && found->is_boolean() && found->get<bool>();
}

// 0.2.0 and before: what each verb writes, besides arrays that records.json names.
void add_implied(const std::string& folder, const std::string& verb, FileNames& files) {
  const auto add = [&](const std::string& name) {
    std::error_code none;
    if (is_inside(name) && std::filesystem::exists(std::filesystem::symlink_status(folder + "/" + name, none)))
      files.insert(name);
  };
  for (const char* name : {"config.resolved.toml", "manifest.json", "metrics.jsonl", "report.html", "result.json"})
    add(name);
  if (verb == "run" || verb == "prune" || verb == "lyapunov") add("observation.json");
  if (verb == "prune") add("network.npz");
  if (verb == "study" || verb == "learn" || verb == "search") add("table.txt");
  if (verb == "study")
    for (const char* name : {"table.csv", "table.tex", "best.toml", "cells.jsonl", "kept/"}) add(name);
  if (verb == "learn") {
    std::error_code none;
    for (std::filesystem::directory_iterator entry(folder + "/models", none), end; !none && entry != end;
         entry.increment(none))
      if (entry->path().extension() == ".npz") add("models/" + entry->path().filename().string());
  }
  if (verb != "run") return;
  add("records.json");
  const Json said = object_in(folder + "/records.json");
  if (!said.is_object() || !said.contains("records") || !said["records"].is_array()) return;
  for (const Json& record : said["records"])
    for (const char* key : {"file", "synapses"}) {
      const std::string name = record.is_object() ? text_at(record, key) : "";
      if (name.ends_with(".npy") || name.ends_with(".npz")) add(name);
    }
}

}  // namespace

bool is_inside(const std::string& name) {
  if (name.empty() || name.front() == '/' || name.find('\0') != std::string::npos) return false;
  for (std::size_t begin = 0; begin < name.size();) {
    const std::size_t end = std::min(name.find('/', begin), name.size());
    const std::string part = name.substr(begin, end - begin);
    if (part.empty() || part == "." || part == "..") return false;
    begin = end + 1;
  }
  return true;
}

bool is_log(const std::string& name) {
  return name == "checkpoint/" || (name.ends_with(".jsonl") && name != "metrics.jsonl");
}

int rank_of(const std::string& name) {
  if (name == "report.html") return 4;
  if (name == "config.resolved.toml" || name == kManifest) return 3;
  if (name == "best.toml" || name.starts_with("table.") || name == "observation.json") return 2;
  return name.ends_with(".json") || name.ends_with(".jsonl") ? 1 : 0;
}

RunManifest read_manifest(const std::string& folder) {
  RunManifest manifest;
  struct stat status {};
  const std::string path = folder + "/" + kManifest;
  if (::lstat(path.c_str(), &status) != 0) return manifest;
  manifest.kind = RunManifest::Kind::foreign;
  if (::access(path.c_str(), R_OK) != 0 && errno == EACCES)  // whose it is cannot be told
    throw InputError(path, "cannot be read: " + std::string(std::strerror(errno)));
  Json json = object_in(path);
  if (!json.is_object()) return manifest;
  const std::string verb = text_at(json, "verb"), work = text_at(json, "work_key");
  manifest.version = text_at(json, "version");
  manifest.started = text_at(json, "started");
  const bool listed = json.contains("files") && json["files"].is_array();
  const bool older = json.contains("config_hash") && json.contains("command_line") && !json.contains("files");
  if (verb.empty() || manifest.version.empty() || !(older || (listed && work.size() == 16))) return manifest;
  manifest.kind = RunManifest::Kind::ours;
  manifest.work = work;
  manifest.again = flag_at(json, "again");
  manifest.complete = flag_at(json, "complete");
  manifest.failed = flag_at(json, "failed");
  manifest.moving = flag_at(json, "moving");
  if (listed) {
    for (const Json& name : json["files"])
      if (name.is_string() && is_inside(name.get<std::string>())) manifest.files.insert(name.get<std::string>());
    manifest.files.insert(kManifest);
  } else {
    add_implied(folder, verb, manifest.files);
  }
  manifest.json = std::move(json);
  return manifest;
}

}  // namespace sprig
