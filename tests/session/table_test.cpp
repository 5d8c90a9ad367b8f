#include "sprig/session/table.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "sprig/session/output.hpp"
#include "sprig/session/progress.hpp"

namespace sprig::app {
namespace {

TEST(TextTable, AlignsColumns) {
  TextTable table({"name", "value"});
  table.add({"a", "10.5"});
  table.add({"longer", "2"});
  EXPECT_EQ(table.text(), "name    value\na        10.5\nlonger      2\n");
}

TEST(Texts, ShowWhatIsNotKnownAsSuch) {
  EXPECT_EQ(number_text(NAN), "n/a");
  EXPECT_EQ(number_text(0.123456), "0.1235");
  EXPECT_EQ(interval_text(0.5, 0.25, 2), "0.50 +- 0.25");
  EXPECT_EQ(interval_text(0.5, NAN, 2), "0.50");
  EXPECT_EQ(interval_text(NAN, NAN), "n/a");
}

TEST(Texts, BytesAndDurations) {
  EXPECT_EQ(bytes_text(512), "512 B");
  EXPECT_EQ(bytes_text(1536), "1.5 KiB");
  EXPECT_EQ(bytes_text(3.0 * 1024 * 1024 * 1024), "3.0 GiB");
  EXPECT_EQ(duration_text(12.3), "12 s");
  EXPECT_EQ(duration_text(185), "3 min 05 s");
  EXPECT_EQ(duration_text(3720), "1 h 02 min");
}

TEST(Texts, SayWhatIntervalsAreOver) {
  EXPECT_EQ(interval_scope({3, 12, 12, false}), "over 3 seeds");
  EXPECT_EQ(interval_scope({3, 7, 12, false}), "of what was done: stopped early, 7 of 12 cells");
  EXPECT_EQ(interval_scope({3, 12, 12, true}), "over 3 seeds, all on the one network of network.file");
}

TEST(JsonText, ReplacesWhatIsNotUtf8) {
  EXPECT_EQ(json_text({{"a", 1}}), "{\"a\":1}");
  EXPECT_EQ(json_text({{"path", "x\xFFy"}}), "{\"path\":\"x\xEF\xBF\xBDy\"}");
}

}  // namespace
}  // namespace sprig::app
