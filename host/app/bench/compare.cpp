#include "host/app/bench/compare.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include "sprig/core/error.hpp"
#include "sprig/formats/text_file.hpp"
#include "sprig/session/table.hpp"

namespace sprig::app {

namespace {

constexpr const char* kCompared[] = {"rtf", "events_per_s", "construct_s"};
constexpr std::size_t kMostBytes = 64u << 20;  // of a result that is read
// What a ratio does not tell of. Pointers into a result, and their names.
constexpr std::pair<const char*, const char*> kCircumstances[] = {
    {"/device", "device"},       {"/hardware/processor", "processor"},
    {"/threads", "threads"},     {"/weight_bits", "weight_bits"},
    {"/seed", "seed"},           {"/duration_ms", "duration_ms"},
    {"/warmup_ms", "warmup_ms"}, {"/revision", "revision"}};

double figure(const Json& result, const char* key) {
  return result[key].is_number() ? result[key].get<double>() : std::numeric_limits<double>::quiet_NaN();
}

// Text of a foreign file, short, for a terminal: without what could steer it.
std::string harmless(std::string text, std::size_t most) {
  if (text.size() > most) text = text.substr(0, most) + "...";
  std::string out;
  for (const char c : text) {
    constexpr char kDigits[] = "0123456789abcdef";
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 32 && byte < 127)
      out += c;
    else
      out.append("\\x").append(1, kDigits[byte >> 4]).append(1, kDigits[byte & 15]);
  }
  return out;
}

std::string shown(const Json& value) {
  return harmless(value.is_string() ? value.get<std::string>() : json_text(value), 80);
}

// null where there is nothing.
Json at(const Json& json, const char* pointer) {
  const Json::json_pointer place(pointer);
  return json.contains(place) ? json.at(place) : Json();
}

}  // namespace

Json read_earlier(const std::string& path, const std::string& benchmark, const Json& parameters) {
  std::string why;
  Json earlier = parsed_json(read_text_file(path, kMostBytes, {}, ", and no result has as many"), &why);
  if (earlier.is_discarded()) throw InputError(path, why + "; allowed: a result.json of sprig bench");
  bool usable = earlier.is_object() && earlier.contains("benchmark") && earlier["benchmark"].is_string() &&
                earlier.contains("parameters");
  for (const char* key : kCompared) usable = usable && earlier.contains(key);
  if (!usable) throw InputError(path, "is no result.json of bench");
  for (const char* key : kCompared)
    if (!earlier[key].is_number() && !earlier[key].is_null())
      throw InputError(path, std::string(key) + " is " + shown(earlier[key]) + "; allowed: a number or null");
  if (earlier["benchmark"] != benchmark)
    throw InputError(path, "is of the benchmark " + shown(earlier["benchmark"]) + ", this is " + benchmark +
                               "; allowed: results of one benchmark");
  if (nlohmann::json(earlier["parameters"]) != nlohmann::json(parameters))
    throw InputError(path, "has the parameters " + harmless(json_text(earlier["parameters"]), 200) + ", this has " +
                               json_text(parameters) + "; allowed: the same");
  return earlier;
}

Json ratios_json(const std::string& path, const Json& earlier, const Json& result) {
  Json json{{"file", path}, {"earlier", Json::object()}, {"ratio", Json::object()}, {"differs", Json::object()}};
  for (const char* key : kCompared) {
    json["earlier"][key] = earlier[key];
    json["ratio"][key] = figure(result, key) / figure(earlier, key);
  }
  for (const auto& [pointer, name] : kCircumstances) {
    const Json before = at(earlier, pointer), now = at(result, pointer);
    if (before != now) json["differs"][name] = {{"earlier", before}, {"now", now}};
  }
  json["earlier_complete"] = at(earlier, "/complete") == Json(true);
  const bool counted = result["hash"].is_string();
  json["same_hash"] = counted && earlier.contains("hash") && earlier["hash"] == result["hash"];
  return json;
}

std::string ratios_text(const Json& ratios) {
  TextTable table({"against " + ratios["file"].get<std::string>(), "earlier", "now / earlier"});
  for (const char* key : kCompared)
    table.add({key, number_text(figure(ratios["earlier"], key)), number_text(figure(ratios["ratio"], key))});
  std::string text = table.text();
  if (!ratios["earlier_complete"].get<bool>()) text += "the earlier one was stopped early\n";
  for (const auto& [name, values] : ratios["differs"].items())
    text += "not the same " + name + ": " + shown(values["earlier"]) + " earlier, now " + shown(values["now"]) + "\n";
  return text + (ratios["same_hash"].get<bool>() ? "the same spikes\n" : "other spikes\n");
}

}  // namespace sprig::app
