#include "sprig/formats/npz.hpp"

#include <gtest/gtest.h>

#include <cstring>

#include "sprig/core/error.hpp"
#include "tests/support/temporary_folder.hpp"

namespace sprig {
namespace {

using test::read_file;
using test::TemporaryFolder;
using test::write_raw;

const std::vector<float> kFloats{1.5f, -2.25f, 1e-30f};
const std::vector<std::uint16_t> kShorts{0, 7, 65535};
const std::int32_t kScalar = -5;

std::vector<NpyArray> arrays() {
  return {npy_vector("floats", kFloats),
          npy_vector("shorts", kShorts),
          npy_scalar("scalar", kScalar),
          {"word", "|S5", {}, "gamma", 5},
          npy_vector("grid", kShorts, {1, 3})};
}

void expect_arrays(const std::string& path) {
  const NpzReader file(path);
  EXPECT_EQ(file.read<float>("floats"), kFloats);
  EXPECT_EQ(file.read<std::uint16_t>("shorts"), kShorts);
  EXPECT_EQ(file.read<double>("scalar"), std::vector<double>{-5});
  EXPECT_EQ(file.read_text("word"), std::vector<std::string>{"gamma"});
  EXPECT_EQ(file.shape("grid"), (std::vector<std::uint64_t>{1, 3}));
  EXPECT_TRUE(file.shape("scalar").empty());
}

std::string message(const std::string& path, const std::string& member = "") {
  try {
    const NpzReader file(path);
    if (!member.empty()) file.read<std::uint16_t>(member);
  } catch (const InputError& error) {
    return error.what();
  }
  return "";
}

// A stored zip with one member, so that tests can lie in its .npy header.
std::string one_member(const std::string& npy) {
  TemporaryFolder folder;
  write_npz(folder.file("a.npz"), {{"a", "|u1", {npy.size()}, npy.data(), npy.size()}});
  std::string zip = read_file(folder.file("a.npz"));
  // Replace the member's content (header of 128 bytes + data) by `npy` itself: patch sizes in both records.
  const std::size_t start = 30 + 5, old_size = 128 + npy.size();
  const std::size_t central = start + old_size;
  std::string out = zip.substr(0, start) + npy + zip.substr(central);
  const auto size = static_cast<std::uint32_t>(npy.size());
  for (const std::size_t at : {std::size_t{18}, std::size_t{22}, start + npy.size() + 20, start + npy.size() + 24})
    std::memcpy(&out[at], &size, 4);
  const auto position = static_cast<std::uint32_t>(start + npy.size());
  std::memcpy(&out[out.size() - 6], &position, 4);
  return out;
}

std::string npy(const std::string& dictionary, const std::string& data) {
  std::string out("\x93NUMPY\x01\x00", 8);
  const auto size = static_cast<std::uint16_t>(dictionary.size());
  out.append(reinterpret_cast<const char*>(&size), 2);
  return out + dictionary + data;
}

TEST(Npz, ReadsBackWhatItWrote) {
  TemporaryFolder folder;
  write_npz(folder.file("a.npz"), arrays());
  expect_arrays(folder.file("a.npz"));
}

TEST(Npz, Zip64RecordsReadBackHereAndInNumPy) {
  TemporaryFolder folder;
  const std::string path = folder.file("a.npz");
  write_npz(path, arrays(), 0);
  expect_arrays(path);
  if (!test::have_scipy()) GTEST_SKIP() << "needs /usr/bin/python3 with NumPy";
  const std::string script =
      "import numpy as np, sys; z = np.load(sys.argv[1]); assert z['floats'].tolist() == [1.5, -2.25, "
      "float(np.float32(1e-30))]; assert z['shorts'].tolist() == [0, 7, 65535]; assert z['scalar'] == -5; assert "
      "z['word'] == b'gamma'; assert z['grid'].shape == (1, 3)";
  EXPECT_EQ(std::system(("/usr/bin/python3 -c \"" + script + "\" " + path).c_str()), 0);
  write_npz(path, arrays());
  EXPECT_EQ(std::system(("/usr/bin/python3 -c \"" + script + "\" " + path).c_str()), 0);
}

// Of the directory's records: where a member begins is 0xFFFFFFFF from the limit on, and stands in the 64-bit field
// behind the name (APPNOTE 4.5.3).
TEST(Npz, PositionsFromTheLimitOnAreWide) {
  TemporaryFolder folder;
  const std::vector<std::uint8_t> byte{7};
  const std::vector<NpyArray> members{npy_vector("a", byte), npy_vector("b", byte), npy_vector("c", byte)};
  const std::uint64_t each = 30 + 5 + 128 + 1;  // local header, name, array's header, array
  write_npz(folder.file("a.npz"), members, 2 * each);
  const std::string zip = read_file(folder.file("a.npz"));
  const std::string signature("PK\1\2", 4);
  const auto number = [&](std::size_t at, std::size_t bytes) {
    std::uint64_t value = 0;
    std::memcpy(&value, &zip.at(at), bytes);
    return value;
  };
  std::size_t at = 0;
  for (std::uint64_t k = 0; k < members.size(); ++k) {
    at = zip.find(signature, at + 1);
    ASSERT_NE(at, std::string::npos);
    EXPECT_EQ(number(at + 42, 4), k < 2 ? k * each : 0xFFFFFFFFu) << k;
    EXPECT_EQ(number(at + 30, 2), k < 2 ? 0u : 28u) << "bytes behind the name";
  }
  EXPECT_EQ(number(at + 46 + 5 + 4 + 16, 8), 2 * each);
}

TEST(Npz, EqualArraysGiveEqualFiles) {
  TemporaryFolder folder;
  write_npz(folder.file("a"), arrays());
  write_npz(folder.file("b"), arrays());
  EXPECT_EQ(read_file(folder.file("a")), read_file(folder.file("b")));
}

TEST(Npz, NumbersThatDoNotFitAreRefusedByName) {
  TemporaryFolder folder;
  const std::vector<double> values{1, 2.5};
  const std::vector<std::int64_t> negative{-1};
  write_npz(folder.file("a.npz"), {npy_vector("half", values), npy_vector("negative", negative)});
  EXPECT_NE(message(folder.file("a.npz"), "half").find("half[1] = 2.5"), std::string::npos);
  EXPECT_NE(message(folder.file("a.npz"), "negative").find("negative[0] = -1"), std::string::npos);
}

// What NumPy makes of `code`, in which path() is the file to write.
bool made_by_numpy(const TemporaryFolder& folder, const std::string& code) {
  write_raw(folder.file("make.py"),
            "import sys, io, zipfile, zlib, struct, numpy as np\npath = sys.argv[1] + '/a.npz'\n" + code);
  return std::system(("/usr/bin/python3 " + folder.file("make.py") + " " + folder.path()).c_str()) == 0;
}

TEST(Npz, ReadsEveryNumberTypeByteOrderAndLayoutOfNumPyDeflatedToo) {
  if (!test::have_scipy()) GTEST_SKIP() << "needs /usr/bin/python3 with NumPy";
  TemporaryFolder folder;
  ASSERT_TRUE(made_by_numpy(folder, R"(
arrays = {}
for order in '<>':
    for kind in ('i1', 'i2', 'i4', 'i8', 'u1', 'u2', 'u4', 'u8', 'f2', 'f4', 'f8'):
        arrays[kind + ('little' if order == '<' else 'big')] = np.array([0, 1, 120], dtype=order + kind)
arrays['flags'] = np.array([True, False])
grid = np.arange(24.0).reshape(2, 3, 4)
arrays['grid'] = grid
arrays['fortran'] = np.asfortranarray(grid)
arrays['many'] = np.arange(300000) % 1000
arrays['words'] = np.array(['Å', 'plain', '🧠'])
arrays['swapped'] = np.array(['Å', 'Ł'], dtype='>U1')
arrays['halves'] = np.array([1.5, -0.25, 6e-8, 65504.0], dtype='f2')
arrays['empty'] = np.zeros((0, 5))
np.savez_compressed(path, **arrays)
np.savez(sys.argv[1] + '/stored.npz', **arrays)
)"));
  for (const char* name : {"a.npz", "stored.npz"}) {
    const NpzReader file(folder.file(name));
    for (const char* order : {"little", "big"})
      for (const char* kind : {"i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f2", "f4", "f8"}) {
        EXPECT_EQ(file.read<double>(std::string(kind) + order), (std::vector<double>{0, 1, 120})) << kind << order;
        EXPECT_EQ(file.read<std::uint32_t>(std::string(kind) + order), (std::vector<std::uint32_t>{0, 1, 120}));
      }
    EXPECT_EQ(file.read<std::uint8_t>("flags"), (std::vector<std::uint8_t>{1, 0}));
    EXPECT_EQ(file.shape("fortran"), (std::vector<std::uint64_t>{2, 3, 4}));
    EXPECT_EQ(file.read<double>("fortran"), file.read<double>("grid"));
    EXPECT_EQ(file.read<double>("grid")[23], 23);
    const auto many = file.read<std::uint32_t>("many");
    ASSERT_EQ(many.size(), 300000u);
    for (std::uint32_t i = 0; i < many.size(); ++i) ASSERT_EQ(many[i], i % 1000);
    EXPECT_EQ(file.read_text("words"), (std::vector<std::string>{"\u00c5", "plain", "\U0001F9E0"}));
    EXPECT_EQ(file.read_text("swapped"), (std::vector<std::string>{"\u00c5", "\u0141"}));
    EXPECT_EQ(file.read<double>("halves"), (std::vector<double>{1.5, -0.25, 0x1p-24, 65504}));
    EXPECT_TRUE(file.read<double>("empty").empty());
  }
}

TEST(Npz, ALoneArrayIsRead) {
  TemporaryFolder folder;
  write_npy(folder.file("a.npy"), npy_vector("", kFloats, {1, 3}));
  const auto array = read_npy<double>(folder.file("a.npy"));
  EXPECT_EQ(array.shape, (std::vector<std::uint64_t>{1, 3}));
  EXPECT_EQ(array.values, (std::vector<double>{1.5, -2.25, static_cast<double>(1e-30f)}));
  EXPECT_EQ(npy_shape(folder.file("a.npy")), array.shape);
  const std::string bytes = read_file(folder.file("a.npy"));
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    write_raw(folder.file("cut.npy"), bytes.substr(0, size));
    EXPECT_THROW(read_npy<double>(folder.file("cut.npy")), InputError) << size;
  }
  write_raw(folder.file("long.npy"), bytes + "x");
  EXPECT_THROW(read_npy<double>(folder.file("long.npy")), InputError);
}

// A deflated member whose directory lies about its size, or whose bytes are not what they should be.
TEST(Npz, DeflatedBombsAndLiesAreRefusedInTheirSize) {
  if (!test::have_scipy()) GTEST_SKIP() << "needs /usr/bin/python3 with NumPy";
  TemporaryFolder folder;
  ASSERT_TRUE(made_by_numpy(folder, R"(
def member(claimed, content, crc=None, raw=None):
    deflate = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = raw if raw is not None else deflate.compress(content) + deflate.flush()
    crc = zlib.crc32(content) if crc is None else crc
    head = struct.pack('<HHHHHIIIHH', 20, 0, 8, 0, 33, crc, len(packed), claimed, 5, 0)
    local = b'PK\3\4' + head + b'a.npy' + packed
    central = b'PK\1\2' + struct.pack('<H', 20) + head + struct.pack('<HHHII', 0, 0, 0, 0, 0) + b'a.npy'
    return local + central + b'PK\5\6' + struct.pack('<HHHHIIH', 0, 0, 1, 1, len(central), len(local), 0)
def npy(shape, data=b''):
    text = "{'descr': '|u1', 'fortran_order': False, 'shape': (%d,), }" % shape
    return b'\x93NUMPY\1\0' + struct.pack('<H', len(text)) + text.encode() + data
good = npy(10000, b'\0' * 10000)
write = lambda name, data: open(sys.argv[1] + '/' + name, 'wb').write(data)
write('good', member(len(good), good))
write('ratio', member(4_000_000_000, npy(4_000_000_000 - 70)))
write('short', member(30000, npy(30000 - len(npy(30000)), b'\0' * 5000)))
write('long', member(len(good), good + b'\0' * 100000))
write('checksum', member(len(good), good, crc=1))
write('noise', member(len(good), good, raw=bytes(range(7, 250))))
half = zlib.compressobj(9, zlib.DEFLATED, -15); half = half.compress(good) + half.flush()
write('unended', member(len(good), good, raw=half[:-1]))
)"));
  const auto refused = [&](const char* name, const char* expected) {
    EXPECT_NE(message(folder.file(name), "a").find(expected), std::string::npos)
        << name << ": " << message(folder.file(name), "a");
  };
  EXPECT_EQ(message(folder.file("good"), "a"), "");
  refused("ratio", "more than its");
  refused("short", "end early");
  refused("long", "go on");
  refused("checksum", "checksum");
  refused("noise", "a");
  refused("unended", "end");
}

TEST(Npz, HeaderBombsAreRefusedBeforeAnyAllocation) {
  TemporaryFolder folder;
  const std::string path = folder.file("a.npz"), data(16, 'x');
  const std::string start = "{'descr': '<u2', 'fortran_order': False, 'shape': ";
  struct Case {
    std::string dictionary, expected;
  };
  const Case cases[] = {
      {start + "(4294967295, 4294967295, 4294967295), }", "shorter than its shape"},
      {start + "(99999999999999999999999,), }", "header that is not NumPy's"},
      {start + "(9223372036854775808,), }", "shorter than its shape"},
      {start + "(7,), }", "which its shape and type do not give"},
      {start + "(8,), } import os", "header that is not NumPy's"},
      {start + "(-8,), }", "header that is not NumPy's"},
      {start + "(8, }", "header that is not NumPy's"},
      {"{'descr': '|O', 'fortran_order': False, 'shape': (2,), }", "Python objects"},
      {"{'descr': '<O8', 'fortran_order': False, 'shape': (2,), }", "Python objects"},
      {"{'descr': '<c16', 'fortran_order': False, 'shape': (1,), }", "has type <c16"},
      {"{'descr': '<f16', 'fortran_order': False, 'shape': (1,), }", "has type <f16"},
      {"{'descr': [('a', '<u2')], 'fortran_order': False, 'shape': (8,), }", "records with named fields"},
      {"{'descr': '<u2', 'shape': (8,), }", "header that is not NumPy's"},
      {"", "header that is not NumPy's"},
  };
  for (const Case& c : cases) {
    write_raw(path, one_member(npy(c.dictionary, data)));
    EXPECT_NE(message(path, "a").find(c.expected), std::string::npos) << c.dictionary << " -> " << message(path, "a");
  }
  write_raw(path, one_member("no npy at all"));
  EXPECT_NE(message(path).find("no .npy array"), std::string::npos);
}

// Each field of the zip's records, changed by itself, is refused by what it is.
TEST(Npz, AZipThatIsDamagedOrOfAnotherKindSaysHow) {
  TemporaryFolder folder;
  write_npz(folder.file("a.npz"), {npy_vector("shorts", kShorts)});
  const std::string whole = read_file(folder.file("a.npz"));
  const std::size_t central = whole.find("PK\x01\x02"), end = whole.find("PK\x05\x06");
  ASSERT_LT(central, end);
  const auto with = [&](std::size_t at, std::uint64_t value, std::size_t bytes) {
    std::string zip = whole;
    std::memcpy(&zip.at(at), &value, bytes);
    write_raw(folder.file("b.npz"), zip);
    const std::string said = message(folder.file("b.npz"), "shorts");
    EXPECT_TRUE(said.empty() || said.find("b.npz") != std::string::npos) << said;
    return said;
  };
  const auto says = [](const std::string& said, const std::string& words) {
    EXPECT_NE(said.find(words), std::string::npos) << said;
  };
  says(with(central + 8, 1, 2), "is encrypted");
  says(with(central + 10, 12, 2), "is compressed by method 12; allowed: deflated or stored");
  says(with(central + 46, 0, 1), "a member's name has a byte 0");
  says(with(central + 46, '\n', 1), "a member's name has a byte 10");
  says(with(central + 46, 'S', 1), "has another name in its own zip header");
  says(with(central + 20, 1, 4), "has two sizes, and is not compressed");
  says(with(central + 42, whole.size(), 4), "lies outside the file");
  says(with(central, 0, 1), "its zip directory is damaged");
  says(with(central + 28, 0xFFFF, 2), "its zip directory is damaged");
  says(with(central + 32, 1, 2), "its zip directory is damaged");
  says(with(end + 12, central, 4), "its zip directory lies outside the file");
  says(with(0, 0, 1), "has a damaged zip header");
  says(with(26, 3, 2), "has a damaged zip header");
  says(with(28, 0xFFFF, 2), "has a damaged zip header");
  says(with(central - 1, 0, 1), "is damaged: its checksum does not match");  // the last short is 65535
  EXPECT_EQ(with(0, 'P', 1), "") << "the file itself is read";
}

TEST(Npz, WhatIsNoZipIsRefused) {
  TemporaryFolder folder;
  EXPECT_NE(message(folder.file("none")).find("No such file"), std::string::npos);
  EXPECT_NE(message(folder.path()).find("not a plain file"), std::string::npos);
  write_raw(folder.file("empty"), "");
  EXPECT_NE(message(folder.file("empty")).find("is no .npz file"), std::string::npos);
  write_raw(folder.file("text"), std::string(5000, 'a'));
  EXPECT_NE(message(folder.file("text")).find("no zip directory"), std::string::npos);
}

}  // namespace
}  // namespace sprig
