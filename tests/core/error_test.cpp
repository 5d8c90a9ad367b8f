// Errors carry what, where and an exit code; the version says what was built.
#include "sprig/core/error.hpp"

#include <gtest/gtest.h>

#include <string>

#include "sprig/core/refuse.hpp"
#include "sprig/core/version.hpp"

namespace sprig {
namespace {

template <class E>
void expect_code(Exit code, int number) {
  const E error("prune.density", "0 is outside (0, 1]");
  EXPECT_EQ(error.code(), code);
  EXPECT_EQ(static_cast<int>(error.code()), number);
}

TEST(Error, EachKindHasItsDocumentedExitCode) {
  EXPECT_EQ(static_cast<int>(Exit::done), 0);
  expect_code<UsageError>(Exit::usage, 2);
  expect_code<ConfigError>(Exit::config, 3);
  expect_code<InputError>(Exit::input, 4);
  expect_code<DeviceError>(Exit::device, 5);
  expect_code<MemoryError>(Exit::memory, 6);
  expect_code<NumericalError>(Exit::numerical, 7);
  EXPECT_EQ(static_cast<int>(Exit::checkpointed), 75);
  expect_code<Interrupted>(Exit::interrupted, 130);
}

TEST(Error, TextIsWhereThenWhat) {
  const ConfigError error("prune.density", "0 is outside (0, 1]");
  EXPECT_STREQ(error.what(), "prune.density: 0 is outside (0, 1]");
  EXPECT_EQ(error.where(), "prune.density");
  EXPECT_STREQ(UsageError("", "no verb given").what(), "no verb given");
}

TEST(Error, ShowsTextsInQuotesThatReadBack) {
  EXPECT_EQ(in_quotes("plain"), R"("plain")");
  EXPECT_EQ(in_quotes(R"(a "b" c\d)"), R"("a \"b\" c\\d")");
  EXPECT_EQ(in_quotes("a\nb\x7F"), R"("a\u000Ab\u007F")");
}

TEST(Error, IsCaughtAsItsKindAsErrorAndAsStandardException) {
  const auto raise = [] { throw InputError("net.npz", "truncated"); };
  EXPECT_THROW(raise(), InputError);
  EXPECT_THROW(raise(), Error);
  EXPECT_THROW(raise(), std::runtime_error);
}

TEST(Version, NamesTheReleaseTheRevisionAndTheCompiler) {
  const Version v = version();
  EXPECT_NE(std::string(v.version).find('.'), std::string::npos);
  EXPECT_FALSE(std::string(v.git_revision).empty());
  EXPECT_FALSE(std::string(v.compiler).empty());
}

}  // namespace
}  // namespace sprig
