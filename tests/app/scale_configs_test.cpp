// The configurations of LNP at several sizes: `plan` takes each of them, and the table of docs/lnp.md is what it says.
#include <gtest/gtest.h>

#include <cstdlib>
#include <string>
#include <vector>

#include "sprig/session/table.hpp"
#include "tests/app/program.hpp"

namespace sprig {
namespace {

class ScaleConfigs : public Program {
 protected:
  void SetUp() override { ::setenv("SPRIG_MEMORY_BYTES", "1e15", 1); }  // else `plan` ends with 6 where it does not fit
  void TearDown() override { ::unsetenv("SPRIG_MEMORY_BYTES"); }
};

// A row of the table: sizes, what `prune` holds in RAM and on an H200, and in how much RAM that fits.
std::string row_of(const std::string& name, const Json& plan) {
  const Json& prune = plan["verbs"]["prune"];
  const double bytes = prune["bytes"];
  const auto fits = [&](double ram) { return bytes <= ram ? "yes" : "no"; };
  return "| `" + name + "` | " + number_text(plan["neurons"].get<double>(), 12) + " | " +
         number_text(plan["synapses"].get<double>(), 12) + " | " + bytes_text(bytes) + " | " +
         bytes_text(prune["device_bytes"].get<double>()) + " | " + fits(16e9) + " | " + fits(128e9) + " | " +
         fits(1e12) + " |";
}

TEST_F(ScaleConfigs, ArePlannedAsTheDocumentationSays) {
  const std::string page = test::read_file(SPRIG_SOURCE_DIR "/docs/lnp.md");
  for (const std::string size : {"2000", "10k", "100k", "1m"})
    for (const std::string kind : {"", "_clusters"}) {
      const std::string name = "lnp_" + size + kind + ".toml";
      const Outcome plan = run({"plan", "--config", SPRIG_SOURCE_DIR "/configs/" + name, "--device-model", "h200",
                                "--threads", "2", "--out", name});
      ASSERT_EQ(plan.code, 0) << plan.err;
      const std::string row = row_of(name, result(name));
      EXPECT_NE(page.find(row), std::string::npos) << "docs/lnp.md has not the row\n" << row;
    }
}

}  // namespace
}  // namespace sprig
