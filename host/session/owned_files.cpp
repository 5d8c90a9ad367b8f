#include "host/session/owned_files.hpp"

#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <vector>

#include "sprig/core/error.hpp"
#include "sprig/core/files.hpp"
#include "sprig/session/work_log.hpp"

namespace sprig {

namespace {

enum class Is { nothing, file, folder, link };

Is what_is(const std::string& path) {
  struct stat status {};
  if (::lstat(path.c_str(), &status) != 0) return Is::nothing;
  return S_ISLNK(status.st_mode) ? Is::link : S_ISDIR(status.st_mode) ? Is::folder : Is::file;
}

// "<name>.tmp-<process>": the name, where that process does not run.
std::string name_of_leftover(const std::string& entry) {
  const std::size_t mark = entry.rfind(".tmp-");
  if (mark == std::string::npos) return "";
  const std::string digits = entry.substr(mark + 5);
  if (digits.empty() || digits.size() > 9 || digits.find_first_not_of("0123456789") != std::string::npos) return "";
  const pid_t process = static_cast<pid_t>(std::stol(digits));
  if (process <= 0 || process == ::getpid() || ::kill(process, 0) == 0 || errno != ESRCH) return "";
  return entry.substr(0, mark);
}

}  // namespace

bool is_there(const std::string& path) { return what_is(path) != Is::nothing; }

std::vector<std::string> entries_of(const std::string& folder) {
  std::vector<std::string> names;
  std::error_code error;
  for (std::filesystem::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error))
    names.push_back(entry->path().filename().string());
  if (error && error != std::errc::no_such_file_or_directory && error != std::errc::not_a_directory)
    throw InputError(folder, "cannot be read: " + error.message());
  return names;
}

void refuse_links(const std::string& folder) {
  for (const char* name : kSubfolders)
    if (what_is(folder + "/" + name) == Is::link)
      throw InputError(folder + "/" + name, "is a link, and files would be written elsewhere; allowed: another --out");
}

void refuse_foreign(const std::string& folder, const FileNames& needed, const FileNames& ours) {
  const auto refuse = [](const std::string& path) {
    throw InputError(path, "was not made by sprig, and would be replaced; allowed: another --out");
  };
  for (const std::string& name : needed) {
    const std::size_t slash = name.find('/');
    const std::string path = folder + "/" + name.substr(0, slash);
    const Is what = what_is(path);
    if (what == Is::nothing || ours.contains(name)) continue;
    if (slash == std::string::npos || what != Is::folder) refuse(path);
    if (slash + 1 == name.size() ? !entries_of(path).empty() : what_is(folder + "/" + name) != Is::nothing)
      refuse(slash + 1 == name.size() ? path : folder + "/" + name);
  }
}

bool has_only_states(const std::string& folder) {
  if (what_is(folder) != Is::folder) return false;
  for (const std::string& name : entries_of(folder))
    if (name.find(".state") == std::string::npos) return false;
  return true;
}

void remove_owned(const std::string& folder, const FileNames& files) {
  for (const std::string& name : files) {
    const std::string path = folder + "/" + name;
    if (name == "checkpoint/")
      WorkLog(folder, std::chrono::seconds(0)).finish();
    else if (name.ends_with('/'))
      files::remove_tree(path.substr(0, path.size() - 1));
    else if (what_is(path) != Is::folder)
      files::remove(path);
  }
  for (const std::string& name : files)  // where nothing of others is in them
    if (const std::size_t slash = name.find('/'); slash != std::string::npos)
      files::rmdir((folder + "/" + name.substr(0, slash)).c_str());
}

std::vector<std::string> leftovers(const std::string& folder, const FileNames& files) {
  std::vector<std::string> found;
  FileNames folders{""};
  for (const std::string& name : files)
    if (const std::size_t slash = name.rfind('/'); slash != std::string::npos)
      folders.insert(name.substr(0, slash + 1));
  for (const std::string& within : folders) {
    const bool all = files.contains(within);  // the folder's files are not named one by one
    for (const std::string& entry : entries_of(folder + "/" + within)) {
      const std::string name = name_of_leftover(entry);
      if (!name.empty() && (all || files.contains(within + name))) found.push_back(folder + "/" + within + entry);
    }
  }
  return found;
}

void remove_leftovers(const std::string& folder, const FileNames& files) {
  for (const std::string& path : leftovers(folder, files)) files::remove(path);
}

}  // namespace sprig
