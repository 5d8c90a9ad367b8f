// What the text header of a .npy array says. Internal to io.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace sprig {

// Reads the header's dictionary; false when it is not one that NumPy writes.
bool parse_npy_dictionary(const std::string& text, std::string& type, bool& fortran, std::vector<std::uint64_t>& shape);

// Bytes of one element of a type like "<f4", "|S12"; 0 when it is none that we read.
std::uint64_t npy_element_size(const std::string& type);

}  // namespace sprig
