// Files that mean harm: what is no plain file, what claims more than it is, what becomes more than it should.
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
#include <zlib.h>

#include <chrono>
#include <functional>

#include <gtest/gtest.h>

#include "sprig/core/error.hpp"
#include "sprig/formats/csv.hpp"
#include "sprig/formats/file_start.hpp"
#include "sprig/formats/images.hpp"
#include "sprig/formats/network_file.hpp"
#include "sprig/formats/network_import.hpp"
#include "sprig/formats/npy_records.hpp"
#include "sprig/formats/npz.hpp"
#include "sprig/formats/text_file.hpp"
#include "tests/support/temporary_folder.hpp"

#if defined(__SANITIZE_ADDRESS__)
#define SPRIG_UNDER_ADDRESS_SANITIZER
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SPRIG_UNDER_ADDRESS_SANITIZER
#endif
#endif

namespace sprig {
namespace {

using test::TemporaryFolder;
using test::write_raw;

std::string refusal(const std::function<void()>& read) {
  try {
    read();
  } catch (const InputError& error) {
    return error.what();
  }
  return "(accepted)";
}

std::string gzipped(const std::string& bytes) {
  z_stream z{};
  EXPECT_EQ(deflateInit2(&z, 9, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY), Z_OK);
  std::string out(deflateBound(&z, bytes.size()), '\0');
  z.next_in = reinterpret_cast<unsigned char*>(const_cast<char*>(bytes.data()));
  z.avail_in = static_cast<uInt>(bytes.size());
  z.next_out = reinterpret_cast<unsigned char*>(out.data());
  z.avail_out = static_cast<uInt>(out.size());
  EXPECT_EQ(deflate(&z, Z_FINISH), Z_STREAM_END);
  out.resize(out.size() - z.avail_out);
  deflateEnd(&z);
  return out;
}

// Everything that opens a file by a path from outside.
const std::pair<const char*, std::function<void(const std::string&)>> kReaders[] = {
    {"text", [](const std::string& path) { read_text_file(path, 1000); }},
    {"start", [](const std::string& path) { file_start(path); }},
    {"csv", [](const std::string& path) { read_csv(path, {}, CsvHeader::automatic); }},
    {"npy", [](const std::string& path) { read_npy<double>(path); }},
    {"shape", [](const std::string& path) { npy_shape(path); }},
    {"npz", [](const std::string& path) { NpzReader{path}; }},
    {"records", [](const std::string& path) { read_npy_records(path); }},
    {"images", [](const std::string& path) { read_idx(path, path); }},
    {"cifar", [](const std::string& path) { read_cifar({path}); }},
    {"network", [](const std::string& path) { load_network(path); }},
    {"import",
     [](const std::string& path) {
       import_network({path, {}, {}, {}, {}, {}}, 1);
     }},
    {"nodes",
     [](const std::string& path) {
       TemporaryFolder folder;
       write_raw(folder.file("e.csv"), "source,target\n0,1\n");
       ImportRequest request;
       request.path = folder.file("e.csv");
       request.options.nodes = path;
       import_network(request, 1);
     }},
    {"edges", [](const std::string& path) { read_edge_list(path); }},
};

TEST(Hostile, WhatIsNoPlainFileIsRefusedAtOnce) {
  TemporaryFolder folder;
  ASSERT_EQ(mkfifo(folder.file("pipe").c_str(), 0600), 0);
  ASSERT_EQ(symlink("pipe", folder.file("link").c_str()), 0);
  const int socket_number = socket(AF_UNIX, SOCK_STREAM, 0);
  sockaddr_un address{AF_UNIX, {}};
  folder.file("socket").copy(address.sun_path, sizeof address.sun_path - 1);
  ASSERT_EQ(bind(socket_number, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  alarm(60);  // a reader that waits ends the test
  for (const auto& [name, read] : kReaders) {
    for (const std::string& path : {folder.file("pipe"), folder.file("link"), folder.path(), std::string("/dev/zero")})
      EXPECT_NE(refusal([&, &r = read] { r(path); }).find("is not a plain file"), std::string::npos)
          << name << ": " << refusal([&, &r = read] { r(path); });
    EXPECT_NE(refusal([&, &r = read] { r(folder.file("socket")); }).find("cannot be read"), std::string::npos) << name;
    EXPECT_NE(refusal([&, &r = read] { r(folder.file("none")); }).find("cannot be read: No such file"),
              std::string::npos)
        << name;
    const std::string nul = folder.file("a") + std::string("\0.npy", 5);
    EXPECT_NE(refusal([&, &r = read] { r(nul); }).find("NUL character"), std::string::npos) << name;
  }
  alarm(0);
  close(socket_number);
}

TEST(Hostile, AGzipBombIsRefusedWhileItIsSmall) {
  TemporaryFolder folder;
  const std::uint64_t records = 30'000;  // 92 MB of black images with label 0
  write_raw(folder.file("cifar"), gzipped(std::string(3073 * records, '\0')));
  rusage before{}, after{};
  getrusage(RUSAGE_SELF, &before);
  const auto begin = std::chrono::steady_clock::now();
  const std::string said = refusal([&] { read_cifar({folder.file("cifar")}); });
  getrusage(RUSAGE_SELF, &after);
  EXPECT_NE(said.find("bytes or more when unpacked; allowed: up to 16777216, 32 times its size or 16 MiB"),
            std::string::npos)
      << said;
#ifndef SPRIG_UNDER_ADDRESS_SANITIZER
  EXPECT_LT(after.ru_maxrss - before.ru_maxrss, 64 << 10);  // KiB; AddressSanitizer keeps what is freed
#endif
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(5));
}

TEST(Hostile, AnIdxHeaderIsComparedWithWhatItsFileCanBecome) {
  TemporaryFolder folder;
  const std::string header("\0\0\x8\x3\0\x1\0\0\0\0\x4\0\0\0\x4\0", 16);  // 65536 x 1024 x 1024, too many; then fewer
  std::string fewer = header;
  fewer[5] = 0, fewer[6] = 0, fewer[7] = 100;  // 100 MiB
  for (const std::string& content : {header, fewer}) {
    write_raw(folder.file("i"), gzipped(content + std::string(1000, '\0')));
    write_raw(folder.file("plain"), content + std::string(1000, '\0'));
    const std::string packed = refusal([&] { read_idx(folder.file("i"), folder.file("i")); }),
                      plain = refusal([&] { read_idx(folder.file("plain"), folder.file("i")); });
    EXPECT_NE(packed.find("allowed: up to 16777216"), packed.find("must be at most")) << packed;  // one of the two
    EXPECT_TRUE(plain.find("is cut short") != std::string::npos || plain.find("must be at most") != std::string::npos)
        << plain;
  }
}

TEST(Hostile, GzipMembersOneAfterTheOtherAreOneContent) {
  TemporaryFolder folder;
  std::string record(3073, '\5');
  write_raw(folder.file("two"), gzipped(record) + gzipped(record) + std::string(700, '\0'));
  EXPECT_EQ(read_cifar({folder.file("two")}).size(), 2u);
  write_raw(folder.file("tail"), gzipped(record) + "x");
  EXPECT_NE(refusal([&] { read_cifar({folder.file("tail")}); }).find("damaged"), std::string::npos);
}

TEST(Hostile, LimitsAreAskedBeforeAnythingIsRead) {
  TemporaryFolder folder;
  const std::vector<double> weight{1, 2, 3};
  const std::vector<std::uint32_t> source{0, 1, 2}, target{1, 2, 0};
  write_npz(folder.file("e.npz"),
            {npy_vector("source", source), npy_vector("target", target), npy_vector("weight", weight)});
  const std::vector<double> matrix{0, 1, 1, 0, 0, 1, 0, 0, 0};
  write_npy(folder.file("d.npy"), npy_vector("", matrix, {3, 3}));
  write_raw(folder.file("e.csv"), "source,target\n0,1\n1,2\n2,0\n");
  write_raw(folder.file("names.csv"), "source,target\na,b\nb,c\nc,a\n");
  ImportRequest request;
  for (const char* file : {"e.npz", "d.npy", "e.csv", "names.csv"}) {
    const auto said = [&](InputLimits limits) {
      request.path = folder.file(file);
      request.limits = limits;
      return refusal([&] { import_network(request, 1); });
    };
    EXPECT_EQ(said({1000, 3, 3}), "(accepted)") << file;
    EXPECT_NE(said({kNoLimit, 2, kNoLimit}).find("found 3 neurons; allowed: up to 2 (--max-neurons)"),
              std::string::npos)
        << said({kNoLimit, 2, kNoLimit});
    EXPECT_NE(said({kNoLimit, kNoLimit, 2}).find("found 3 synapses; allowed: up to 2 (--max-synapses)"),
              std::string::npos)
        << said({kNoLimit, kNoLimit, 2});
    EXPECT_NE(said({20, kNoLimit, kNoLimit}).find("allowed: up to 20 (--max-input-bytes)"), std::string::npos) << file;
  }
  request.path = folder.file("e.npz");
  request.limits = {};
  save_network(folder.file("own.npz"), import_network(request, 1).network);
  EXPECT_NE(refusal([&] {
              load_network(folder.file("own.npz"), {kNoLimit, 2, kNoLimit});
            }).find("found 3 neurons"),
            std::string::npos);
  EXPECT_NE(refusal([&] {
              load_network(folder.file("own.npz"), {kNoLimit, 3, 2});
            }).find("found 3 synapses"),
            std::string::npos);
  EXPECT_EQ(load_network(folder.file("own.npz"), {kNoLimit, 3, 3}).size(), 3u);
}

// A deflated member of zeros is a thousand times smaller than what it says, and right: the limit is of what it becomes.
TEST(Hostile, TheLimitOfBytesIsOfWhatAnArchiveUnpacksTo) {
  TemporaryFolder folder;
  const std::string script =
      "import numpy, sys\nnumpy.savez_compressed(sys.argv[1], a=numpy.zeros(1000000), b=numpy.zeros(1000000))\n";
  write_raw(folder.file("make.py"), script);
  if (!test::have_scipy()) GTEST_SKIP() << "no NumPy";
  ASSERT_EQ(std::system(("/usr/bin/python3 " + folder.file("make.py") + " " + folder.file("z.npz")).c_str()), 0);
  EXPECT_EQ(NpzReader(folder.file("z.npz"), {17'000'000, kNoLimit, kNoLimit}).names().size(), 2u);
  EXPECT_NE(refusal([&] {
              NpzReader(folder.file("z.npz"), {15'000'000, kNoLimit, kNoLimit});
            }).find("found members of more than 15000000 bytes when unpacked"),
            std::string::npos);
}

TEST(Hostile, NamesInArchivesMayNotHoldBytesThatEndNames) {
  TemporaryFolder folder;
  const std::vector<double> one{1};
  for (const char* name : {"../../etc/passwd", "/absolute", "a/b"}) {  // members are read, never written to a path
    write_npz(folder.file("a.npz"), {npy_vector(name, one)});
    EXPECT_EQ(NpzReader(folder.file("a.npz")).names(), std::vector<std::string>{name});
    EXPECT_EQ(folder.entries(), 1u);
  }
}

// [('step', '<u4'), ('neuron', '<u2')], two rows.
std::string records(const std::string& descr, const std::string& shape, const std::string& rows) {
  std::string text = "{'descr': " + descr + ", 'fortran_order': False, 'shape': " + shape + ", }";
  return std::string("\x93NUMPY\x01\x00", 8) + static_cast<char>(text.size()) + '\0' + text + rows;
}

TEST(Hostile, RecordsAreReadByTheirHeaderAndNoMoreThanThereIs) {
  TemporaryFolder folder;
  const std::string descr = "[('step', '<u4'), ('neuron', '<u2')]", rows("\1\0\0\0\2\0\3\0\0\0\4\0", 12);
  const auto said = [&](const std::string& content) {
    write_raw(folder.file("r.npy"), content);
    return refusal([&] { read_npy_records(folder.file("r.npy")); });
  };
  EXPECT_EQ(said(records(descr, "(2,)", rows)), "(accepted)");
  const auto read = read_npy_records(folder.file("r.npy"));
  EXPECT_EQ(read.at("step"), (std::vector<std::uint64_t>{1, 3}));
  EXPECT_EQ(read.at("neuron"), (std::vector<std::uint64_t>{2, 4}));
  EXPECT_EQ(said(records(descr, "(1,)", rows)), "(accepted)");  // a stream that was cut off while it grew
  EXPECT_NE(said(records(descr, "(3,)", rows)).find("says 3 rows, and has 2"), std::string::npos);
  EXPECT_NE(said(records(descr, "(18446744073709551,)", rows)).find("says 18446744073709551 rows"), std::string::npos);
  EXPECT_NE(said(records(descr, "(2, 1)", rows)).find("one dimension"), std::string::npos);
  EXPECT_NE(said(records("[('a', '<u4'), ('a', '<u2')]", "(2,)", rows)).find("twice"), std::string::npos);
  EXPECT_NE(said(records("[('a', '>u4'), ('b', '<u2')]", "(2,)", rows)).find("little-endian"), std::string::npos);
  EXPECT_NE(said(records("[('a', '<f4'), ('b', '<u2')]", "(2,)", rows)).find("unsigned"), std::string::npos);
  EXPECT_NE(said(records("[('a', '|O')]", "(2,)", rows)).find("unsigned"), std::string::npos);
  EXPECT_NE(said(records("[]", "(2,)", rows)).find("is not NumPy's"), std::string::npos);
  EXPECT_NE(said(records("'<u4'", "(3,)", rows)).find("list of records"), std::string::npos);
}

}  // namespace
}  // namespace sprig
