// What tests of run folders ask of a folder.
#pragma once

#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <map>
#include <string>

#include "tests/support/temporary_folder.hpp"

namespace sprig::test {

// Every file with what is in it, links with where they lead, folders as such.
inline std::map<std::string, std::string> tree(const std::string& folder) {
  namespace fs = std::filesystem;
  std::map<std::string, std::string> all;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    const std::string name = fs::relative(entry.path(), folder).string();
    all[name] = entry.is_symlink()     ? "-> " + fs::read_symlink(entry.path()).string()
                : entry.is_directory() ? "folder"
                                       : read_file(entry.path().string());
  }
  return all;
}

// The number of a process that has ended.
inline pid_t dead_process() {
  const pid_t child = fork();
  if (child == 0) _exit(0);
  waitpid(child, nullptr, 0);
  return child;
}

}  // namespace sprig::test
