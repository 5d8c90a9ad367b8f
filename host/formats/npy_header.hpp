// The text header of an .npy array, read and written.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace sprig {

// Reads the header's dictionary; false when it is not one that NumPy writes.
bool parse_npy_dictionary(const std::string& text, std::string& type, bool& fortran, std::vector<std::uint64_t>& shape);

// The header of an array, format 1.0: magic, length, a dictionary padded with spaces to a multiple of 64, and to at
// least `bytes`, a multiple of 64. type: "<f4", or a structure "[('a', '<u4'), ('b', '<u4')]".
std::string npy_header(const std::string& type, const std::vector<std::uint64_t>& shape, std::size_t bytes = 0);

// Bytes of one element of a type like "<f4", "|S12"; 0 when it is none that we read.
std::uint64_t npy_element_size(const std::string& type);

}  // namespace sprig
