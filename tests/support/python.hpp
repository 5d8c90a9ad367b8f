// Independent oracles in Python (NumPy, SciPy): runs a script and reads the numbers it prints.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iomanip>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <unistd.h>

namespace sprig::test {

inline constexpr const char* kPython = "/usr/bin/python3";

// What the script printed as numbers; nothing when Python or one of its modules is missing.
inline std::optional<std::vector<double>> python_numbers(const std::string& name, const std::string& script,
                                                         const std::string& modules = "numpy, scipy") {
  if (std::system((std::string(kPython) + " -c 'import " + modules + "' > /dev/null 2>&1").c_str()) != 0) return {};
  // Tests run side by side, some with the same script.
  const std::string path = ::testing::TempDir() + name + "-" + std::to_string(::getpid()) + ".py";
  std::ofstream(path) << script;
  std::FILE* pipe = popen((std::string(kPython) + " '" + path + "'").c_str(), "r");
  std::vector<double> numbers;
  for (double value; std::fscanf(pipe, "%lf", &value) == 1;) numbers.push_back(value);
  EXPECT_EQ(pclose(pipe), 0) << path;
  std::remove(path.c_str());
  return numbers;
}

// "[a,b,...]" with all digits.
inline std::string python_list(const double* values, std::size_t count) {
  std::ostringstream text;
  text << std::setprecision(17) << '[';
  for (std::size_t k = 0; k < count; ++k) text << (k ? "," : "") << values[k];
  text << ']';
  return text.str();
}

}  // namespace sprig::test
