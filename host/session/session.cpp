#include "sprig/session/session.hpp"

#include <cstdio>
#include <ctime>
#include <filesystem>

#include "sprig/core/error.hpp"
#include "sprig/core/hash.hpp"
#include "sprig/core/threads.hpp"
#include "sprig/core/version.hpp"
#include "sprig/report/report.hpp"
#include "sprig/session/place.hpp"
#include "sprig/session/work_key.hpp"

namespace sprig {

namespace {

std::string utc(std::chrono::system_clock::time_point when, const char* format) {
  const std::time_t time = std::chrono::system_clock::to_time_t(when);
  std::tm parts{};
  gmtime_r(&time, &parts);
  char text[32];
  std::strftime(text, sizeof text, format, &parts);
  return text;
}

// --out, or a new folder under runs/.
std::string folder_name(const Command& command, std::chrono::system_clock::time_point when) {
  keep_inputs(command.config, command.out);
  if (!command.out.empty()) return command.out;
  const std::string base = "runs/" + command.verb + "-" + utc(when, "%Y%m%dT%H%M%SZ");
  std::string name = base;
  for (int i = 2; std::filesystem::exists(name); ++i) name = base + "-" + std::to_string(i);
  return name;
}

}  // namespace

Session::Session(const Command& command)
    : command_(command),
      started_(std::chrono::system_clock::now()),
      clock_(std::chrono::steady_clock::now()),
      key_{work_key(command.verb, command.config)},
      folder_(folder_name(command, started_)),
      log_(folder_.path(), std::chrono::duration<double>(60 * command.checkpoint_every_min)),
      resolved_(resolved_config(command.config)) {
  folder_.write("config.resolved.toml", resolved_);
  log_.tell([](const std::string& sentence) { std::fprintf(stderr, "sprig: %s\n", sentence.c_str()); }, command.quiet);
}

double Session::wall_s() const {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - clock_).count();
}

int Session::finish(Json result, const std::string& hash, const std::string& device, bool complete) {
  result["complete"] = complete;
  result["wall_s"] = wall_s();
  folder_.write("result.json", json_text(result, 2) + "\n");
  const Version v = version();
  const Json manifest{{"verb", command_.verb},
                      {"version", v.version},
                      {"git_revision", v.git_revision},
                      {"build",
                       {{"type", v.build_type},
                        {"compiler", v.compiler},
                        {"cuda", v.with_cuda},
                        {"openmp", v.with_openmp},
                        {"double_state", v.double_state}}},
                      {"command_line", command_.command_line},
                      {"seed", command_.config.simulation.seed},
                      {"device", device},
                      {"threads", team_size(command_.config.simulation.threads)},
                      {"config_hash", Hash().bytes(resolved_.data(), resolved_.size()).hex()},
                      {"result_hash", hash.empty() ? Json() : Json(hash)},
                      {"started", utc(started_, "%Y-%m-%dT%H:%M:%SZ")},
                      {"wall_s", wall_s()},
                      {"complete", complete}};
  folder_.write("manifest.json", json_text(manifest, 2) + "\n");
  try {
    write_report(folder_.path());
  } catch (const Error& error) {  // the run matters more than its page
    std::fprintf(stderr, "sprig: report.html could not be drawn: %s\n", error.what());
  }
  print("written to " + folder_.path() + "\n");
  if (complete) {
    log_.finish();
    if (print_failure_) std::rethrow_exception(print_failure_);
    return 0;
  }
  std::fputs(
      "sprig: stopped early; what was done so far is written, and the same command with --out of that folder "
      "goes on\n",
      stderr);
  return static_cast<int>(Exit::checkpointed);
}

void Session::print(const std::string& text) {
  if (command_.quiet || print_failure_) return;
  try {
    write_stdout(text);
  } catch (const Error&) {
    print_failure_ = std::current_exception();
  }
}

}  // namespace sprig
