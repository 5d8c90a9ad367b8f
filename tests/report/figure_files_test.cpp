// Figures of a page as files: an SVG that stands alone, and its values.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <sstream>

#include "sprig/core/error.hpp"
#include "sprig/report/report.hpp"
#include "tests/report/report_support.hpp"

namespace sprig {
namespace {

namespace fs = std::filesystem;

class FigureFiles : public ::testing::Test {
 protected:
  void SetUp() override {
    test::make_run(run(), test::manifest_of("prune"), test::pruned(), test::observed());
    write_report(run());
  }
  std::string run() const { return folder_.file("run"); }
  std::string figures() const { return folder_.file("figures/all"); }
  std::vector<std::string> files(const std::string& ending) const {
    std::vector<std::string> found;
    for (const auto& entry : fs::directory_iterator(figures()))
      if (entry.path().extension() == ending) found.push_back(entry.path().string());
    std::sort(found.begin(), found.end());
    return found;
  }

  test::TemporaryFolder folder_;
};

std::size_t count(const std::string& text, const std::string& what) {
  std::size_t found = 0;
  for (std::size_t at = 0; (at = text.find(what, at)) != std::string::npos; at += what.size()) ++found;
  return found;
}

TEST_F(FigureFiles, AreThePlotsOfThePageEachWithItsValues) {
  const std::size_t written = write_figures(run(), figures());
  EXPECT_EQ(written, count(test::read_file(run() + "/report.html"), "<svg class=\"plot\""));
  ASSERT_EQ(files(".svg").size(), written);
  EXPECT_EQ(files(".csv").size(), written);
}

TEST_F(FigureFiles, NeedNothingElse) {
  write_figures(run(), figures());
  for (const std::string& path : files(".svg")) {
    const std::string svg = test::read_file(path);
    EXPECT_EQ(svg.find("var(--"), std::string::npos) << path << ": a variable of the page's style sheet";
    EXPECT_NE(svg.find("xmlns=\"http://www.w3.org/2000/svg\""), std::string::npos);
    EXPECT_EQ(count(svg, "http"), 1u) << path << ": a link";
    EXPECT_EQ(count(svg, "<svg"), count(svg, "</svg>"));
    EXPECT_EQ(count(svg, "<g "), count(svg, "</g>"));
  }
}

// The exponents of the page's spectrum, to the digit.
TEST_F(FigureFiles, HaveTheVeryValuesThatWereDrawn) {
  write_figures(run(), figures());
  const test::Json result = test::pruned();
  std::string all;
  for (const std::string& path : files(".csv")) all += test::read_file(path);
  for (const char* key : {"spectrum_before", "spectrum_after"})
    for (const auto& exponent : result[key]) {
      std::ostringstream digits;
      digits << exponent.get<double>();
      EXPECT_NE(all.find(digits.str()), std::string::npos) << key << " " << digits.str();
    }
}

TEST_F(FigureFiles, AFolderThatCannotBeMadeIsNamed) {
  test::write_raw(folder_.file("file"), "");
  try {
    write_figures(run(), folder_.file("file") + "/below");
    FAIL();
  } catch (const InputError& error) {
    EXPECT_EQ(error.where(), folder_.file("file") + "/below");
  }
}

}  // namespace
}  // namespace sprig
