// An earlier result that bench compares with.
#include "host/app/bench/compare.hpp"

#include "tests/fuzz/fuzz.hpp"

namespace sprig::fuzz {

void read(std::string_view bytes) {
  static const MemoryFile file(100);
  const std::string path = file.holding(bytes);
  const Json earlier = app::read_earlier(path, "vogels", {{"neurons", 4000}, {"batch", 1}});
  const Json now{{"rtf", 1.0}, {"events_per_s", 2.0}, {"construct_s", 3.0}, {"hash", "0123456789abcdef"}};
  app::ratios_text(app::ratios_json(path, earlier, now));
}

}  // namespace sprig::fuzz
