// Files of a run folder that runs made, told apart from those of others.
#pragma once

#include <string>
#include <vector>

#include "host/session/run_manifest.hpp"

namespace sprig {

// Folders that runs make within a run folder.
inline constexpr const char* kSubfolders[] = {"models", "kept", "checkpoint", "shares", "next"};

// A file, a folder or a link, which may lead nowhere.
bool is_there(const std::string& path);

// The names of what is in a folder, in no order; none where there is no folder. Errors: InputError, where it cannot be
// read.
std::vector<std::string> entries_of(const std::string& folder);

// Errors: InputError where one of kSubfolders is a link, by which the run would write elsewhere.
void refuse_links(const std::string& folder);

// Errors: InputError where one of `needed` is there and none of `ours`, with its name.
void refuse_foreign(const std::string& folder, const FileNames& needed, const FileNames& ours);

// A folder of states and nothing else.
bool has_only_states(const std::string& folder);

// With folders that become empty by it. Of folders of states only the states go. Errors: InputError.
void remove_owned(const std::string& folder, const FileNames& files);

// What writing left of these when its process was killed: NAME.tmp-PROCESS, of processes that do not run here. Paths.
// Errors (of both): InputError.
std::vector<std::string> leftovers(const std::string& folder, const FileNames& files);
void remove_leftovers(const std::string& folder, const FileNames& files);

}  // namespace sprig
