#include "sprig/session/output.hpp"

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "sprig/core/error.hpp"

namespace sprig {

void write_stdout(std::string_view text) {
  errno = 0;
  if (std::fwrite(text.data(), 1, text.size(), stdout) == text.size() && std::fflush(stdout) == 0) return;
  if (errno == EPIPE) throw ClosedPipe("stdout", "nobody reads it");
  throw InputError("stdout", std::string("cannot be written: ") + std::strerror(errno != 0 ? errno : EIO));
}

std::string json_text(const Json& json, int indent) {
  return json.dump(indent, ' ', false, Json::error_handler_t::replace);
}

Json interval_json(const Interval& i) { return {{"mean", i.mean}, {"half_width", i.half_width}}; }

}  // namespace sprig
