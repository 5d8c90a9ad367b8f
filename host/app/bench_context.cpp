// What stands around the figures of a benchmark: the machine, and an earlier result.
#include <filesystem>
#include <fstream>
#include <limits>

#include "host/app/bench_report.hpp"
#include "host/app/hardware.hpp"
#include "sprig/app/setup.hpp"
#include "sprig/app/table.hpp"
#include "sprig/core/error.hpp"
#include "sprig/core/version.hpp"
#include "sprig/engine/device.hpp"

namespace sprig::app {

namespace {

constexpr const char* kCompared[] = {"rtf", "events_per_s", "construct_s"};
constexpr std::size_t kMostBytes = 64u << 20;  // of a result that is read

double figure(const Json& result, const char* key) {
  return result[key].is_number() ? result[key].get<double>() : std::numeric_limits<double>::quiet_NaN();
}

}  // namespace

Json hardware_json(const Config& config) {
  Json json{{"processor", processor_name()}, {"processors", processor_count()}};
  if (config.simulation.device != Device::cuda) return json;
  const cuda::DeviceInfo device = cuda::devices().at(0);
  json["device"] = device.name;
  json["device_memory_bytes"] = device.memory_bytes;
  json["versions"] = cuda::versions();
  return json;
}

std::string hardware_text(const Config& config) {
  const Json json = hardware_json(config);
  std::string text = json["processor"].get<std::string>() + ", " + std::to_string(processor_count()) + " processors";
  if (json.contains("device"))
    text = json["device"].get<std::string>() + ", " + json["versions"].get<std::string>() + "; " + text;
  return text + "; sprig " + version().version + " (" + version().git_revision + ")\n";
}

Json read_earlier(const std::string& path, const std::string& benchmark, const Json& parameters) {
  std::error_code error;
  const std::uintmax_t size = std::filesystem::file_size(path, error);
  if (error) throw InputError(path, "cannot be read: " + error.message());
  if (size > kMostBytes) throw InputError(path, "is larger than 64 MiB, which no result is");
  std::string text(size, '\0');
  if (!std::ifstream(path, std::ios::binary).read(text.data(), static_cast<std::streamsize>(size)))
    throw InputError(path, "cannot be read");
  Json earlier = Json::parse(text, nullptr, false);
  bool usable = earlier.is_object() && earlier.contains("benchmark") && earlier["benchmark"].is_string() &&
                earlier.contains("parameters");
  for (const char* key : kCompared) usable = usable && earlier.contains(key);
  if (!usable) throw InputError(path, "is no result.json of bench");
  const std::string other = earlier["benchmark"].get<std::string>();
  if (other != benchmark)
    throw InputError(path, "is of the benchmark " + other.substr(0, 40) + ", this is " + benchmark +
                               "; allowed: results of one benchmark");
  if (nlohmann::json(earlier["parameters"]) != nlohmann::json(parameters))
    throw InputError(path, "has the parameters " + json_text(earlier["parameters"]).substr(0, 200) + ", this has " +
                               json_text(parameters) + "; allowed: the same");
  return earlier;
}

Json ratios_json(const std::string& path, const Json& earlier, const Json& result) {
  Json json{{"file", path}, {"earlier", Json::object()}, {"ratio", Json::object()}};
  for (const char* key : kCompared) {
    json["earlier"][key] = earlier[key];
    json["ratio"][key] = figure(result, key) / figure(earlier, key);
  }
  json["same_hash"] = earlier.contains("hash") && earlier["hash"] == result["hash"];
  return json;
}

std::string ratios_text(const Json& ratios) {
  TextTable table({"against " + ratios["file"].get<std::string>(), "earlier", "ratio"});
  for (const char* key : kCompared)
    table.add({key, number_text(figure(ratios["earlier"], key)), number_text(figure(ratios["ratio"], key))});
  return table.text() +
         (ratios["same_hash"].get<bool>() ? "the same spikes\n" : "other spikes: another seed, length or revision\n");
}

}  // namespace sprig::app
