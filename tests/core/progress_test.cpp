#include "sprig/core/progress.hpp"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

#include "sprig/core/shared_progress.hpp"

namespace sprig {
namespace {

struct Heard {
  double fraction = -1;
  std::string detail;
  Progress progress(bool answer = true) {
    return Progress([this, answer](double f, const std::string& d) {
      fraction = f, detail = d;
      return answer;
    });
  }
};

TEST(Progress, ReportThrowsUnlessAllIsDone) {
  const Progress stop([](double) { return false; });
  try {
    stop.report("task", 0.99);
    FAIL() << "not stopped";
  } catch (const Interrupted& stopped) {
    EXPECT_STREQ(stopped.what(), "task: stopped on request");
  }
  EXPECT_NO_THROW(stop.report("task", 1)) << "what is whole is not thrown away";
  EXPECT_NO_THROW(Progress().report("task", 0)) << "nobody listens";
}

TEST(Progress, APartIsASliceOfTheWholeWithItsName) {
  Heard heard;
  const Progress part = heard.progress().part(0.2, 0.6, "round 1");
  EXPECT_TRUE(part(0.5));
  EXPECT_DOUBLE_EQ(heard.fraction, 0.4);
  EXPECT_EQ(heard.detail, "round 1");
  EXPECT_TRUE(part.part(0.5, 1, "pass")(1, "3 left"));
  EXPECT_EQ(heard.fraction, 0.6);
  EXPECT_EQ(heard.detail, "round 1: pass: 3 left");
  EXPECT_THROW(heard.progress(false).part(0, 0.5).report("x", 0.5), Interrupted);
}

TEST(Progress, PartsOneAfterTheOtherHaveTheirWorkAndEndAtOne) {
  Heard heard;
  ProgressParts parts(heard.progress(), 1 + 0.1 + 0.9);
  parts.next(1)(1);
  EXPECT_EQ(heard.fraction, 0.5);
  const Progress small = parts.next(0.1), large = parts.next(0.9), none = parts.next(0);
  large(0);
  EXPECT_DOUBLE_EQ(heard.fraction, 0.55);
  large(1);
  EXPECT_EQ(heard.fraction, 1);
  none(0);
  EXPECT_EQ(heard.fraction, 1);
}

TEST(Progress, OfPiecesSideBySideIsTheirMeanAndNeverFalls) {
  std::vector<double> told;
  SharedProgress shared(Progress([&](double fraction) {
                          told.push_back(fraction);
                          return true;
                        }),
                        4);
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&] {
      const Progress piece = shared.piece();
      for (int k = 0; k <= 8; ++k) piece(k / 8.0);
    });
  for (std::thread& thread : threads) thread.join();
  ASSERT_EQ(told.size(), 36u);
  EXPECT_TRUE(std::is_sorted(told.begin(), told.end()));
  EXPECT_EQ(told.back(), 1);
}

TEST(Progress, OnceStoppedEveryPieceIsTold) {
  int asked = 0;
  SharedProgress shared(Progress([&](double) { return ++asked < 2; }), 3);
  const Progress a = shared.piece(), b = shared.piece();
  EXPECT_TRUE(a(0.5));
  EXPECT_FALSE(b(0.5));
  EXPECT_FALSE(a(0.6));
  EXPECT_THROW(shared.piece().report("x", 0), Interrupted);
  EXPECT_EQ(asked, 2);
}

}  // namespace
}  // namespace sprig
