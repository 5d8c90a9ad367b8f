// The one way by which the program changes a file system: the calls of POSIX, so that a test can watch them, let the
// k-th of them fail, or end the program there (docs/testing.md). Whoever writes a file does it by these; the ctest
// `layering` finds the others. Reading is not here.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <string>

namespace sprig::files {

enum class Call { open, write, sync, close, rename, make_folder, remove, truncate };

// A call that is about to be made.
struct Event {
  Call call;
  int descriptor = -1;         // write, sync, close, truncate
  const char* path = "";       // open, rename (from), make_folder, remove
  const char* to = "";         // rename
  const void* data = nullptr;  // write
  std::size_t size = 0;        // write; truncate: the new length
  std::uint64_t position = 0;  // write: where in the file; ~0: at its end, as it was left
};

// Of tests: asked before each call; what it returns is errno of a call that fails and is not made, 0 lets it be made.
// From any thread. Null: nobody is asked.
using Watch = int (*)(const Event& event);
void set_watch(Watch watch);

// As the calls of the same names: -1 with errno where they fail. None is interrupted by a signal.
int open(const char* path, int flags, mode_t mode = 0644);  // O_CLOEXEC and O_NOFOLLOW always
ssize_t write(int descriptor, const void* data, std::size_t size);
ssize_t pwrite(int descriptor, const void* data, std::size_t size, std::uint64_t position);
int fsync(int descriptor);      // what cannot be synced, a pipe, is
int fdatasync(int descriptor);  // the same
int close(int descriptor);
int rename(const char* from, const char* to);
int mkdir(const char* path, mode_t mode = 0777);
int unlink(const char* path);
int rmdir(const char* path);
int ftruncate(int descriptor, std::uint64_t length);

// Put together from these. 0, or errno.
int write_all(int descriptor, const void* data, std::size_t size);
int write_all_at(int descriptor, const void* data, std::size_t size, std::uint64_t position);
// So that a name that was made or changed in it is there after the machine dies. A file system that cannot is no error.
int sync_folder(const std::string& folder);
std::string folder_of(const std::string& path);  // "." where it has none

// These name the path. Errors: InputError.
void make_folders(const std::string& path);  // with its parents; one that is there is no error
void remove(const std::string& path);        // a file that is not there is no error
void remove_tree(const std::string& path);   // a folder with all that is in it; links are removed, not followed
void rename_file(const std::string& from, const std::string& to);  // and syncs the folders of both

}  // namespace sprig::files
