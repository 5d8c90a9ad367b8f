#include "host/session/publish.hpp"

#include <algorithm>
#include <vector>

#include "host/session/owned_files.hpp"
#include "sprig/core/error.hpp"
#include "sprig/core/files.hpp"
#include "sprig/formats/atomic_file.hpp"
#include "sprig/session/output.hpp"

namespace sprig {

namespace {

// What was moved already is not in `from` any more.
void put(const std::string& from, const std::string& to, const std::string& name) {
  const std::string plain = name.ends_with('/') ? name.substr(0, name.size() - 1) : name;
  const std::string source = from + "/" + plain, target = to + "/" + plain;
  if (!is_there(source)) return;
  if (const std::size_t slash = plain.rfind('/'); slash != std::string::npos)
    files::make_folders(to + "/" + plain.substr(0, slash));
  if (name.ends_with('/')) files::remove_tree(target);
  files::rename_file(source, target);
}

}  // namespace

bool is_to_be_published(const std::string& folder) {
  return read_manifest(folder).ours() && read_manifest(folder + "/" + kNext).complete;
}

void publish(const std::string& folder) {
  refuse_links(folder);
  const std::string from = folder + "/" + kNext;
  const RunManifest old = read_manifest(folder), made = read_manifest(from);
  FileNames all = old.files;
  all.insert(made.files.begin(), made.files.end());
  if (!old.moving) {
    Json moving = made.json;
    moving["complete"] = false;
    moving["moving"] = true;
    moving["files"] = all;
    write_file(folder + "/" + kManifest, json_text(moving, 2) + "\n");
  }
  std::vector<std::string> names(made.files.begin(), made.files.end());
  std::stable_sort(names.begin(), names.end(),
                   [](const std::string& a, const std::string& b) { return rank_of(a) < rank_of(b); });
  for (const std::string& name : names)
    if (name != kManifest && name != "checkpoint/") put(from, folder, name);  // states of work that is done
  FileNames gone;
  for (const std::string& name : all)
    if ((!made.files.contains(name) && !is_log(name)) || name == "report.html") gone.insert(name);
  remove_owned(folder, gone);
  for (const std::string& name : entries_of(from))  // half-written files, and what nobody has spoken of
    if (name != kManifest) files::remove_tree(from + "/" + name);
  put(from, folder, kManifest);
  files::rmdir(from.c_str());
}

}  // namespace sprig
