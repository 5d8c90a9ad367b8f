// The header of an .npy array, read and written, and its elements as numbers. Internal to formats.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "host/formats/zip_file.hpp"

namespace sprig {

// A whole file as the one member of a zip.
ZipEntry lone_entry(const DiskFile& file);

// What the dictionary of a header says: the type of plain elements, or the fields of structures.
struct NpyField {
  std::string name, type;
};
struct NpyDictionary {
  std::string type;  // empty: structures
  std::vector<NpyField> fields;
  bool fortran = false;
  std::vector<std::uint64_t> shape;
};
// False when it is not one that NumPy writes.
bool parse_npy_dictionary(const std::string& text, NpyDictionary& dictionary);
// That at the beginning of a member, and how many bytes follow it. Errors: InputError naming it.
std::uint64_t read_npy_dictionary(const DiskFile& file, const ZipEntry& entry, const std::string& name,
                                  EntryStream& stream, NpyDictionary& dictionary);

// The header of an array, format 1.0: magic, length, a dictionary padded with spaces to a multiple of 64, and to at
// least `bytes`, a multiple of 64. type: "<f4", or a structure "[('a', '<u4'), ('b', '<u4')]".
std::string npy_header(const std::string& type, const std::vector<std::uint64_t>& shape, std::size_t bytes = 0);

// Bytes of one element of a type like "<f4", ">i8", "|S12"; 0 when it is none that we read.
std::uint64_t npy_element_size(const std::string& type);

struct NpyHeader {
  std::string type;
  bool fortran = false;
  std::vector<std::uint64_t> shape;
  std::uint64_t elements = 1;

  bool text() const { return type[1] == 'S' || type[1] == 'U'; }
};

// The header at the beginning of a member, whose bytes must be just those of the array. Errors: InputError naming it.
NpyHeader read_npy_header(const DiskFile& file, const ZipEntry& entry, const std::string& name, EntryStream& stream);

// The elements behind it in C order, as T: refused when one does not fit. Memory grows with the bytes that are there.
template <class T>
std::vector<T> read_npy_elements(const DiskFile& file, const std::string& name, const NpyHeader& header,
                                 EntryStream& stream);
// Of type S (bytes as they are) or U (as UTF-8), trailing NULs removed.
std::vector<std::string> read_npy_texts(const DiskFile& file, const std::string& name, const NpyHeader& header,
                                        EntryStream& stream);

}  // namespace sprig
