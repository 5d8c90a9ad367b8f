// Which colour, marker and dash a method has: the same on every figure of a page. dense, none and random are neutral,
// so that what is compared with them stands out.
#pragma once

#include <string>
#include <vector>

#include "host/report/svg.hpp"

namespace sprig::report {

class MethodStyles {
 public:
  // Series in the order of a study's summary: "lnp", "lnp (w)", ...
  explicit MethodStyles(const std::vector<std::string>& series);
  svg::Style of(const std::string& series) const;

 private:
  std::vector<std::string> coloured_;
};

}  // namespace sprig::report
