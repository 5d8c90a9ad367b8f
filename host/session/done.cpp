// The same command on a finished folder has nothing to do.
#include <cstdio>
#include <optional>

#include "host/session/folder_lock.hpp"
#include "host/session/owned_files.hpp"
#include "host/session/publish.hpp"
#include "sprig/core/error.hpp"
#include "sprig/core/files.hpp"
#include "sprig/core/hash.hpp"
#include "sprig/core/threads.hpp"
#include "sprig/formats/text_file.hpp"
#include "sprig/report/report.hpp"
#include "sprig/session/session.hpp"

namespace sprig {

namespace {

constexpr std::uint64_t kMostTable = 1u << 30;

// What was made, but for the page, which can be drawn again, and what other commands may have taken up since.
bool has_all(const std::string& folder, const RunManifest& manifest) {
  for (const std::string& name : manifest.files)
    if (name != "report.html" && !is_log(name) && !is_there(folder + "/" + name)) return false;
  return true;
}

// What is measured in seconds or joules is another result with other threads and on another device.
bool is_as_asked(const Command& command, const Json& manifest) {
  const bool counts = command.verb == "search" && command.config.model_search.energy == EnergySource::counted;
  if ((command.verb != "bench" && command.verb != "search") || counts) return true;
  const auto is = [&](const char* key, const Json& asked) { return manifest.contains(key) && manifest[key] == asked; };
  return is("threads", team_size(command.config.simulation.threads)) &&
         is("device_asked", command.config.simulation.device.text());
}

// Errors: InputError where it cannot be written; one that cannot be drawn was said by the run.
void draw_page(const std::string& folder) {
  try {
    write_report(folder);
  } catch (const Error& error) {
    if (error.where() == folder + "/report.html") throw;
  }
}

// What a process that was killed after its result was whole has not come to. Where another run works in the folder,
// that is not its affair. Errors: InputError where the page cannot be written.
void tidy(const std::string& folder, const RunManifest& manifest) {
  const std::string next = folder + "/" + kNext;
  const bool page = is_there(folder + "/report.html"), moved = is_there(next) && !is_there(next + "/" + kManifest);
  const bool states = !is_there(next) && is_there(folder + "/checkpoint");  // else they may be those of the next run
  if (page && !moved && !states && !is_there(folder + "/.lock") && leftovers(folder, manifest.files).empty()) return;
  std::optional<FolderLock> lock;
  try {
    lock.emplace(folder);
    remove_leftovers(folder, manifest.files);
    if (moved) files::rmdir(next.c_str());  // where it is empty
    if (states) WorkLog(folder, std::chrono::seconds(0)).finish();
  } catch (const InputError&) {
    if (!lock) return;
  }
  if (!page) draw_page(folder);
}

}  // namespace

bool already_done(const Command& command) {
  const std::string& folder = command.out;
  if (folder.empty()) return false;
  if (is_to_be_published(folder)) {  // its process was killed while the result took its place
    const FolderLock lock(folder);
    if (is_to_be_published(folder)) publish(folder);
  }
  if (command.again) return false;
  const RunManifest manifest = read_manifest(folder);
  if (!manifest.complete || manifest.failed || manifest.work != hex_text(command.key)) return false;
  if (!is_as_asked(command, manifest.json) || !has_all(folder, manifest)) return false;
  tidy(folder, manifest);
  if (command.quiet) return true;
  std::fprintf(stderr, "sprig: %s: already done by sprig %s on %s; --again does it once more\n", folder.c_str(),
               manifest.version.c_str(), manifest.started.c_str());
  if (manifest.files.contains("table.txt")) write_stdout(read_text_file(folder + "/table.txt", kMostTable));
  return true;
}

}  // namespace sprig
