#include "host/formats/zip_file.hpp"

#include <zlib.h>

#include <algorithm>
#include <cstring>
#include <limits>

namespace sprig {

namespace {

constexpr std::size_t kMaxMembers = 4096;
// Deflate codes at most 258 bytes in two bits.
constexpr std::uint64_t kMostDeflated = 1032;
constexpr std::uint32_t kFull32 = 0xFFFFFFFFu;

template <class T>
T get(const unsigned char* p) {
  T value;
  std::memcpy(&value, p, sizeof value);
  return value;
}

struct Directory {
  std::uint64_t entries, bytes, position;
};

Directory find_directory(const DiskFile& file) {
  // The end record: the last 22 bytes, or further up before a comment.
  if (file.size() < 22) file.refuse("is no .npz file (" + std::to_string(file.size()) + " bytes)");
  std::vector<unsigned char> tail(std::min<std::uint64_t>(file.size(), 22 + 65535 + 20));
  file.read_at(file.size() - tail.size(), tail.data(), tail.size());
  std::size_t end = tail.size() - 22;
  while (get<std::uint32_t>(&tail[end]) != 0x06054b50) {
    if (end == 0) file.refuse("is no .npz file, or is truncated: it has no zip directory");
    --end;
  }
  Directory directory{get<std::uint16_t>(&tail[end + 10]), get<std::uint32_t>(&tail[end + 12]),
                      get<std::uint32_t>(&tail[end + 16])};
  if (end >= 20 && get<std::uint32_t>(&tail[end - 20]) == 0x07064b50) {
    const auto position = get<std::uint64_t>(&tail[end - 12]);
    unsigned char record[56];
    if (file.size() < sizeof record || position > file.size() - sizeof record)
      file.refuse("its zip64 directory lies outside the file");
    file.read_at(position, record, sizeof record);
    if (get<std::uint32_t>(record) != 0x06064b50) file.refuse("its zip64 directory is damaged");
    directory = {get<std::uint64_t>(record + 32), get<std::uint64_t>(record + 40), get<std::uint64_t>(record + 48)};
  }
  if (directory.position > file.size() || directory.bytes > file.size() - directory.position)
    file.refuse("its zip directory lies outside the file");
  if (directory.entries > kMaxMembers || directory.bytes > kMaxMembers * 512)
    file.refuse("has more members than a network has");
  return directory;
}

// zip64 values follow in this order, each only where the 32-bit field is full.
void read_wide_fields(const DiskFile& file, const unsigned char* extra, std::size_t extra_bytes, ZipEntry& entry) {
  const unsigned char* end = extra + extra_bytes;
  while (end - extra >= 4) {
    const std::uint16_t tag = get<std::uint16_t>(extra), length = get<std::uint16_t>(extra + 2);
    if (end - extra - 4 < length) file.refuse("its zip directory is damaged");
    const unsigned char *field = extra + 4, *field_end = field + length;
    for (std::uint64_t* value : {&entry.bytes, &entry.packed, &entry.position}) {
      if (tag != 1 || *value != kFull32) continue;
      if (field_end - field < 8) file.refuse("its zip directory is damaged");
      *value = get<std::uint64_t>(field);
      field += 8;
    }
    extra += 4 + length;
  }
}

// Moves entry.position from the local header, which must name the same member, to the bytes behind it.
void pass_local_header(const DiskFile& file, ZipEntry& entry) {
  unsigned char local[30];
  if (file.size() < sizeof local || entry.position > file.size() - sizeof local)
    file.refuse(entry.name + " lies outside the file");
  file.read_at(entry.position, local, sizeof local);
  if (get<std::uint32_t>(local) != 0x04034b50) file.refuse(entry.name + " has a damaged zip header");
  const std::uint64_t name_bytes = get<std::uint16_t>(local + 26), extra_bytes = get<std::uint16_t>(local + 28);
  if (name_bytes != entry.name.size() || name_bytes + extra_bytes > file.size() - entry.position - sizeof local)
    file.refuse(entry.name + " has a damaged zip header");
  std::string twice(name_bytes, '\0');
  file.read_at(entry.position + sizeof local, twice.data(), twice.size());
  if (twice != entry.name) file.refuse(entry.name + " has another name in its own zip header");
  entry.position += sizeof local + name_bytes + extra_bytes;
  if (entry.position > file.size() || entry.packed > file.size() - entry.position)
    file.refuse(entry.name + " is cut off: the file is shorter than it says");
}

void check_sizes(const DiskFile& file, const ZipEntry& entry) {
  if (!entry.deflated && entry.packed != entry.bytes) file.refuse(entry.name + " has two sizes, and is not compressed");
  if (entry.deflated && entry.bytes / kMostDeflated > entry.packed)
    file.refuse(entry.name + " claims " + std::to_string(entry.bytes) + " bytes, more than its " +
                std::to_string(entry.packed) + " compressed ones can become");
}

}  // namespace

std::vector<ZipEntry> read_zip_directory(const DiskFile& file) {
  const Directory where = find_directory(file);
  std::vector<unsigned char> directory(where.bytes);
  file.read_at(where.position, directory.data(), directory.size());
  std::vector<ZipEntry> entries;
  std::size_t at = 0;
  for (std::uint64_t i = 0; i < where.entries; ++i) {
    if (directory.size() - at < 46 || get<std::uint32_t>(&directory[at]) != 0x02014b50)
      file.refuse("its zip directory is damaged");
    const unsigned char* record = &directory[at];
    const std::size_t name_bytes = get<std::uint16_t>(record + 28), extra_bytes = get<std::uint16_t>(record + 30),
                      comment_bytes = get<std::uint16_t>(record + 32);
    if (directory.size() - at - 46 < name_bytes + extra_bytes + comment_bytes)
      file.refuse("its zip directory is damaged");
    ZipEntry entry;
    entry.name.assign(reinterpret_cast<const char*>(record + 46), name_bytes);
    for (char& c : entry.name)
      if (c == '\0' || c == '\n' || c == '\r') file.refuse("a member's name has a byte " + std::to_string(c));
    entry.crc = get<std::uint32_t>(record + 16);
    entry.packed = get<std::uint32_t>(record + 20);
    entry.bytes = get<std::uint32_t>(record + 24);
    entry.position = get<std::uint32_t>(record + 42);
    read_wide_fields(file, record + 46 + name_bytes, extra_bytes, entry);
    if ((get<std::uint16_t>(record + 8) & 1) != 0) file.refuse(entry.name + " is encrypted");
    const auto method = get<std::uint16_t>(record + 10);
    if (method != 0 && method != 8)
      file.refuse(entry.name + " is compressed by method " + std::to_string(method) + "; allowed: deflated or stored");
    entry.deflated = method == 8;
    pass_local_header(file, entry);
    check_sizes(file, entry);
    entries.push_back(std::move(entry));
    at += 46 + name_bytes + extra_bytes + comment_bytes;
  }
  if (at != directory.size()) file.refuse("its zip directory is damaged");
  return entries;
}

struct EntryStream::Inflater {
  z_stream stream{};
  std::vector<unsigned char> packed = std::vector<unsigned char>(1u << 16);
  std::uint64_t given = 0;  // bytes of the file that were read
  bool ended = false;

  ~Inflater() { inflateEnd(&stream); }
  // Gives zlib more of the file's bytes when it has used all that it had.
  void refill(const DiskFile& file, const ZipEntry& entry) {
    if (stream.avail_in > 0 || given == entry.packed) return;
    const std::uint64_t piece = std::min<std::uint64_t>(packed.size(), entry.packed - given);
    file.read_at(entry.position + given, packed.data(), piece);
    given += piece;
    stream.next_in = packed.data();
    stream.avail_in = static_cast<uInt>(piece);
  }
};

EntryStream::EntryStream(const DiskFile& file, const ZipEntry& entry) : file_(file), entry_(entry) {
  if (!entry.deflated) return;
  inflater_ = std::make_unique<Inflater>();
  if (inflateInit2(&inflater_->stream, -MAX_WBITS) != Z_OK) file.refuse("zlib cannot be used");
}

EntryStream::~EntryStream() = default;

void EntryStream::read(void* to, std::uint64_t count) {
  auto* bytes = static_cast<unsigned char*>(to);
  if (count > entry_.bytes - taken_) file_.refuse(entry_.name + " ends early");
  if (inflater_)
    inflate_some(bytes, count);
  else
    file_.read_at(entry_.position + taken_, bytes, count);
  taken_ += count;
  if (entry_.checked && count > 0) crc_ = static_cast<std::uint32_t>(crc32_z(crc_, bytes, count));
}

void EntryStream::inflate_some(unsigned char* to, std::uint64_t count) {
  Inflater& inflater = *inflater_;
  z_stream& z = inflater.stream;
  while (count > 0) {
    inflater.refill(file_, entry_);
    const auto room = static_cast<uInt>(std::min<std::uint64_t>(count, std::numeric_limits<uInt>::max()));
    z.next_out = to;
    z.avail_out = room;
    const int status = inflater.ended ? Z_BUF_ERROR : inflate(&z, Z_NO_FLUSH);
    const std::uint64_t made = room - z.avail_out;
    if (status == Z_STREAM_END)
      inflater.ended = true;
    else if (status != Z_OK || (made == 0 && z.avail_in == 0 && inflater.given == entry_.packed))
      file_.refuse(entry_.name + (status == Z_DATA_ERROR ? " is damaged: its compressed bytes cannot be read"
                                                         : " is shorter than it says: its compressed bytes end early"));
    to += made;
    count -= made;
  }
}

void EntryStream::finish() {
  if (taken_ != entry_.bytes) file_.refuse(entry_.name + " has more bytes than its array");
  if (inflater_ && !inflater_->ended) {
    // One byte more, which must not come.
    z_stream& z = inflater_->stream;
    unsigned char more = 0;
    int status = Z_OK;
    do {
      inflater_->refill(file_, entry_);
      z.next_out = &more;
      z.avail_out = 1;
      status = inflate(&z, Z_NO_FLUSH);
    } while (status == Z_OK && z.avail_out == 1);
    if (z.avail_out == 0) file_.refuse(entry_.name + " is longer than it says: its compressed bytes go on");
    if (status != Z_STREAM_END) file_.refuse(entry_.name + " is damaged: its compressed bytes do not end");
  }
  if (entry_.checked && crc_ != entry_.crc) file_.refuse(entry_.name + " is damaged: its checksum does not match");
}

}  // namespace sprig
