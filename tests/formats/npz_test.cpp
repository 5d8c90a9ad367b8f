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

TEST(Npz, CompressedMembersAreRefusedWithTheWayOut) {
  if (!test::have_scipy()) GTEST_SKIP() << "needs /usr/bin/python3 with NumPy";
  TemporaryFolder folder;
  const std::string path = folder.file("a.npz");
  ASSERT_EQ(
      std::system(("/usr/bin/python3 -c \"import numpy as np; np.savez_compressed('" + path + "', a=np.zeros(1000))\"")
                      .c_str()),
      0);
  EXPECT_NE(message(path).find("a is compressed; save it uncompressed"), std::string::npos);
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
      {"{'descr': '|O', 'fortran_order': False, 'shape': (2,), }", "has type |O"},
      {"{'descr': '<O8', 'fortran_order': False, 'shape': (2,), }", "has type <O8"},
      {"{'descr': '>u2', 'fortran_order': False, 'shape': (8,), }", "has type >u2"},
      {"{'descr': '<u2', 'fortran_order': True, 'shape': (2, 4), }", "Fortran order"},
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
