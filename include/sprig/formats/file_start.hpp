// What a file is by what it begins with, never by its name.
#pragma once

#include <string>

namespace sprig {

enum class FileStart { empty, npy, npz, hdf5, matrix_market, gzip, other };  // other: text, or what nobody here reads

// Errors: InputError for what is no plain file or cannot be read.
FileStart file_start(const std::string& path);

}  // namespace sprig
