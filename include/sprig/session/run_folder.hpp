// A run folder: config.resolved.toml, manifest.json, metrics.jsonl, result.json and data files.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "sprig/formats/atomic_file.hpp"

namespace sprig {

class RunFolder {
 public:
  // Makes the folder (and its parents) and removes what an earlier run left in it, half-written files included, so that
  // what is found there never mixes two runs. Errors: InputError, where another run is writing into it too.
  explicit RunFolder(const std::string& path);
  ~RunFolder();
  RunFolder(const RunFolder&) = delete;
  RunFolder& operator=(const RunFolder&) = delete;

  const std::string& path() const { return path_; }
  std::string file(const std::string& name) const { return path_ + "/" + name; }
  void write(const std::string& name, std::string_view text) { write_file(file(name), text); }
  void metric(std::string_view json_line);  // appended to metrics.jsonl, which starts with the first line

 private:
  std::string path_;
  std::unique_ptr<LineLog> metrics_;
  int lock_ = -1;
};

}  // namespace sprig
