#include "sprig/session/session.hpp"

#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <ctime>

#include "host/session/host_name.hpp"
#include "sprig/core/error.hpp"
#include "sprig/core/files.hpp"
#include "sprig/core/hash.hpp"
#include "sprig/core/threads.hpp"
#include "sprig/core/version.hpp"
#include "sprig/report/report.hpp"
#include "sprig/session/place.hpp"

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

// --out, or a new folder under runs/, which is made here: of several commands that begin at once each has its own.
std::string folder_name(const Command& command, std::chrono::system_clock::time_point when) {
  keep_inputs(command.config, command.out);
  if (!command.out.empty()) return command.out;
  files::make_folders("runs");
  const std::string base = "runs/" + command.verb + "-" + utc(when, "%Y%m%dT%H%M%SZ");
  std::string name = base;
  for (int i = 2; files::mkdir(name.c_str()) != 0; ++i) {
    if (errno != EEXIST) throw InputError(name, std::string("cannot be made a folder: ") + std::strerror(errno));
    name = base + "-" + std::to_string(i);
  }
  if (const int reason = files::sync_folder("runs"))
    throw InputError(name, std::string("cannot be made a folder: ") + std::strerror(reason));
  return name;
}

// Whoever joins may have come while the others ended.
std::function<bool()> done_by_others(const Command& command, FolderUse use) {
  if (use == FolderUse::alone) return {};
  return [&command] { return already_done(command); };
}

}  // namespace

Session::Session(const Command& command, std::vector<std::string> names, FolderUse use)
    : command_(command),
      started_(std::chrono::system_clock::now()),
      clock_(std::chrono::steady_clock::now()),
      key_{command.key},
      resolved_(resolved_config(command.config)),
      folder_(folder_name(command, started_),
              {command.key, command.again, about(""), std::move(names), use, done_by_others(command, use)}),
      log_(folder_.log(), std::chrono::duration<double>(60 * command.checkpoint_every_min)),
      exceptions_(std::uncaught_exceptions()) {
  folder_.write("config.resolved.toml", resolved_);
  log_.tell([](const std::string& sentence) { std::fprintf(stderr, "sprig: %s\n", sentence.c_str()); }, command.quiet);
}

Session::~Session() {
  if (finished_ && std::uncaught_exceptions() > exceptions_) folder_.fail();
}

double Session::wall_s() const {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - clock_).count();
}

// What the manifest says of the run; device: empty while it goes on.
Json Session::about(const std::string& device) const {
  const Version v = version();
  Json json{{"verb", command_.verb},
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
            {"device_asked", command_.config.simulation.device.text()},
            {"threads", team_size(command_.config.simulation.threads)},
            {"config_hash", Hash().bytes(resolved_.data(), resolved_.size()).hex()},
            {"host", host_name()},
            {"pid", ::getpid()},
            {"started", utc(started_, "%Y-%m-%dT%H:%M:%SZ")}};
  if (!device.empty()) json["device"] = device;
  return json;
}

int Session::finish(Json result, const std::string& hash, const std::string& device, bool complete) {
  result["complete"] = complete;
  result["wall_s"] = wall_s();
  folder_.write("result.json", json_text(result, 2) + "\n");
  folder_.write_later(RunFolder::Later::table);
  folder_.write_later(RunFolder::Later::page);  // where it fails, the results stand, and the same command goes on
  Json manifest = about(device);
  manifest["result_hash"] = hash.empty() ? Json() : Json(hash);
  manifest["wall_s"] = wall_s();
  folder_.end(manifest, complete);
  draw_page();
  print("written to " + folder_.path() + "\n");
  if (complete) log_.finish();
  if (!complete) {
    std::fputs(
        "sprig: stopped early; what was done so far is written, and the same command with --out of that folder "
        "goes on\n",
        stderr);
    return static_cast<int>(Exit::checkpointed);
  }
  if (page_failure_) std::rethrow_exception(page_failure_);
  if (print_failure_) std::rethrow_exception(print_failure_);
  finished_ = true;
  return 0;
}

// The run matters more than its page: what cannot be drawn is said, and what cannot be written is an error at the end.
void Session::draw_page() {
  try {
    write_report(folder_.path());
  } catch (const Error& error) {
    std::fprintf(stderr, "sprig: report.html could not be drawn: %s\n", error.what());
    if (error.where() == folder_.path() + "/report.html") page_failure_ = std::current_exception();
  }
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
