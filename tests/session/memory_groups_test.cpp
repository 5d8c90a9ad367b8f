// Limits of control groups, read from a root of the file system that a test makes.
#include "host/session/memory_groups.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>

#include "tests/support/temporary_folder.hpp"

namespace sprig {
namespace {

class MemoryGroups : public ::testing::Test {
 protected:
  void write(const std::string& path, const std::string& text) {
    std::filesystem::create_directories(std::filesystem::path(folder_.file(path)).parent_path());
    test::write_raw(folder_.file(path), text);
  }
  void group(const std::string& path, const std::string& limit, const std::string& used) {
    write("sys/fs/cgroup/" + path + "memory.max", limit + "\n");
    write("sys/fs/cgroup/" + path + "memory.current", used + "\n");
  }
  void old_group(const std::string& path, const std::string& limit, const std::string& used) {
    write("sys/fs/cgroup/memory/" + path + "memory.limit_in_bytes", limit + "\n");
    write("sys/fs/cgroup/memory/" + path + "memory.usage_in_bytes", used + "\n");
  }
  void of_process(const std::string& lines) { write("proc/self/cgroup", lines); }
  double left() const { return memory_left_by_groups(folder_.path()); }

 private:
  test::TemporaryFolder folder_;
};

TEST_F(MemoryGroups, WithoutAnyThereIsNoLimit) {
  EXPECT_TRUE(std::isinf(left()));
  of_process("nonsense\n\n0::\n1:memory\n");
  EXPECT_TRUE(std::isinf(left()));
}

TEST_F(MemoryGroups, TheLeastOfAllLevelsCounts) {
  of_process("0::/slurm/job_7/step_0\n");
  group("slurm/job_7/step_0/", "max", "500");
  EXPECT_TRUE(std::isinf(left()));
  group("slurm/job_7/", "50000", "1000");
  EXPECT_EQ(left(), 49000);
  group("slurm/", "20000", "15000");
  EXPECT_EQ(left(), 5000);
  group("slurm/job_7/step_0/", "30000", "100");
  EXPECT_EQ(left(), 5000);
  group("", "4000", "5000");  // more is taken than there may be
  EXPECT_EQ(left(), 0);
}

TEST_F(MemoryGroups, VersionOneIsSeen) {
  of_process("5:cpu,cpuacct:/elsewhere\n4:hugetlb,memory:/docker/abc\n0::/\n");
  old_group("", "9223372036854771712", "1000");  // how version 1 says that there is none
  EXPECT_TRUE(std::isinf(left()));
  old_group("docker/abc/", "70000", "1000");
  EXPECT_EQ(left(), 69000);
  old_group("", "60000", "1000");
  EXPECT_EQ(left(), 59000);
}

TEST_F(MemoryGroups, FilesThatWereReadAreGivenUp) {
  of_process("4:memory:/job\n0::/job\n");
  group("job/", "10000", "9000");
  write("sys/fs/cgroup/job/memory.stat", "anon 1500\nactive_file 500\ninactive_file 7000\nfile 7500\n");
  EXPECT_EQ(left(), 8000);
  old_group("job/", "8000", "6000");
  write("sys/fs/cgroup/memory/job/memory.stat", "inactive_file 10\ntotal_inactive_file 1000\n");
  EXPECT_EQ(left(), 3000);
  write("sys/fs/cgroup/memory/job/memory.stat", "total_inactive_file 9000\n");
  EXPECT_EQ(left(), 8000) << "two numbers of different moments";
}

TEST_F(MemoryGroups, GroupsOutsideOfAContainerEndAtItsRoot) {
  of_process("0::/../../system.slice/x\n4:memory:/host/only\n");
  group("", "8000", "1000");
  EXPECT_EQ(left(), 7000);
  old_group("", "6000", "1000");
  EXPECT_EQ(left(), 5000);
}

TEST_F(MemoryGroups, BothVersionsAtOnceAreSeen) {
  of_process("4:memory:/\n0::/user.slice\n");
  group("unified/user.slice/", "3000", "1000");
  EXPECT_EQ(left(), 2000);
}

}  // namespace
}  // namespace sprig
