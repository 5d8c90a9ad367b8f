// The page of a learning run: what it shows, and model files that are not trusted.
#include <gtest/gtest.h>

#include <filesystem>

#include "sprig/core/error.hpp"
#include "sprig/formats/npz.hpp"
#include "sprig/report/report.hpp"
#include "tests/report/report_support.hpp"

namespace sprig {
namespace {

using test::Json;

class LearnReport : public ::testing::Test {
 protected:
  void SetUp() override {
    result_ = {
        {"rows", Json::array()},
        {"networks", {{{"network", "pair"}, {"neurons", 5}, {"accuracy", {{"mean", 0.5}, {"half_width", 0.1}}}}}},
        {"confusion", {{{"network", "pair"}, {"seed", 1}, {"counts", Json::array()}}}},
        {"image", {1, 2, 3}},
        {"models", {{{"network", "pair"}, {"file", "models/pair-1.npz"}}}},
        {"complete", true}};
    for (int task = 0; task < 3; ++task)
      for (int seed = 1; seed < 3; ++seed)
        result_["rows"].push_back({{"network", "pair"},
                                   {"protocol", "dynamic"},
                                   {"seed", seed},
                                   {"task", task},
                                   {"samples", 10 * (task + 1)},
                                   {"accuracy", 0.5 + 0.1 * seed},
                                   {"accuracy_newest", 0.4},
                                   {"accuracy_previous", task > 0 ? Json(0.3) : Json()}});
    for (int label = 0; label < 10; ++label) result_["confusion"][0]["counts"].push_back(std::vector<int>(11, label));
    make_model(std::vector<float>(30, 0.25f), {6, 5}, std::vector<float>(5, 1.0f));
  }
  void make_model(const std::vector<float>& weights, std::vector<std::uint64_t> shape,
                  const std::vector<float>& theta) {
    std::filesystem::create_directories(run() + "/models");
    write_npz(run() + "/models/pair-1.npz", {npy_vector("weights", weights, shape), npy_vector("theta", theta)});
  }
  std::string page() {
    test::make_run(run(), test::manifest_of("learn"), result_);
    write_report(run());
    return test::read_file(run() + "/report.html");
  }
  std::string refusal() {
    try {
      page();
    } catch (const InputError& error) {
      return error.what();
    }
    return "(accepted)";
  }
  std::string run() const { return folder_.file("run"); }
  static bool has(const std::string& text, const std::string& what) { return text.find(what) != std::string::npos; }

  test::TemporaryFolder folder_;
  Json result_;
};

TEST_F(LearnReport, ShowsCoursesFieldsThresholdsAndConfusions) {
  const std::string text = page();
  for (const char* part : {"Newest class", "Classes before it", "All classes so far", "Receptive fields, pair",
                           "data:image/png;base64,", "Weights of 5 of 5 neurons", "0.5 \u00B1 0.1",
                           "Adaptive thresholds", "Confusions, pair", "accuracy, pair", "50\u00A0%"})
    EXPECT_TRUE(has(text, part)) << part;
  const auto plots = test::check_page(run() + "/report.html");
  if (!plots) GTEST_SKIP() << "needs /usr/bin/python3 with NumPy and SciPy";
  EXPECT_EQ(*plots, 5u);
}

TEST_F(LearnReport, OfAStaticRunIsOverTheImages) {
  for (Json& row : result_["rows"]) row["protocol"] = "static";
  EXPECT_TRUE(has(page(), "images learnt"));
}

TEST_F(LearnReport, SaysWhatIsNotThere) {
  std::filesystem::remove_all(run() + "/models");
  EXPECT_TRUE(has(page(), "no model has finished a stage"));
  result_["rows"] = Json::array();
  EXPECT_TRUE(has(page(), "no stage was finished"));
}

TEST_F(LearnReport, RefusesModelsThatDoNotFit) {
  make_model(std::vector<float>(30, 0.25f), {5, 6}, std::vector<float>(5, 1.0f));
  EXPECT_TRUE(has(refusal(), "is no model"));
  make_model(std::vector<float>(20, 0.25f), {4, 5}, std::vector<float>(5, 1.0f));
  EXPECT_TRUE(has(refusal(), "does not fit the weights of pair"));
  for (const auto& [weight, theta] : {std::pair{NAN, 1.0f}, {0.25f, NAN}, {0.25f, INFINITY}}) {
    make_model(std::vector<float>(30, weight), {6, 5}, std::vector<float>(5, theta));
    EXPECT_TRUE(has(refusal(), "not finite"));
  }
  SetUp();
  result_["image"] = {1, 1e300, 3};
  EXPECT_TRUE(has(refusal(), "does not fit"));
  result_["image"] = {0.0009765625, 6, 1024};
  EXPECT_TRUE(has(refusal(), "does not fit"));
  result_["image"] = {1, 2, 3};
  result_["models"][0]["file"] = "../pair-1.npz";
  EXPECT_TRUE(has(refusal(), "outside of the folder"));
  result_["models"][0]["file"] = "/etc/passwd";
  EXPECT_TRUE(has(refusal(), "outside of the folder"));
}

TEST_F(LearnReport, OfASearchHasItsCandidates) {
  Json candidates = Json::array();
  for (int n : {100, 200})
    candidates.push_back({{"neurons", n},
                          {"memory_bytes", 3200 * n},
                          {"train", {{"joules_an_image", 1e-6 * n}}},
                          {"infer", {{"joules_an_image", 2e-7 * n}}},
                          {"train_energy_j", 0.06 * n},
                          {"infer_energy_j", 0.002 * n},
                          {"refused", n == 200 ? "train_energy_j" : ""}});
  const Json result{{"candidates", candidates},
                    {"energy_source", "operations counted"},
                    {"chosen", 100},
                    {"verification", {{"images", 6000}, {"train_energy_j", 6.1}, {"predicted_train_energy_j", 6.0}}},
                    {"complete", true}};
  test::make_run(run(), test::manifest_of("search"), result);
  write_report(run());
  const std::string text = test::read_file(run() + "/report.html");
  for (const char* part : {"Energy by operations counted.", "no: train_energy_j", "Chosen: 100 neurons",
                           "6.1 J to learn", "320", "KB of 1000 bytes"})
    EXPECT_TRUE(has(text, part)) << part;
  EXPECT_FALSE(has(text, "Lyapunov"));
  const auto plots = test::check_page(run() + "/report.html");
  if (plots) {
    EXPECT_EQ(*plots, 2u);
  }
}

}  // namespace
}  // namespace sprig
