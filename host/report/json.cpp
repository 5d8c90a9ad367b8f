#include "sprig/report/json.hpp"

#include <algorithm>

#include "sprig/core/error.hpp"
#include "sprig/formats/text_file.hpp"

template class nlohmann::basic_json<nlohmann::ordered_map>;

namespace sprig {

namespace {

// Of brackets outside texts.
int depth_of(std::string_view text) {
  int depth = 0, deepest = 0;
  bool in_text = false;
  for (std::size_t k = 0; k < text.size(); ++k) {
    const char c = text[k];
    if (in_text) {
      if (c == '\\')
        ++k;
      else if (c == '"')
        in_text = false;
    } else if (c == '"') {
      in_text = true;
    } else if (c == '[' || c == '{') {
      deepest = std::max(deepest, ++depth);
    } else if (c == ']' || c == '}') {
      --depth;
    }
  }
  return deepest;
}

}  // namespace

Json parsed_json(std::string_view text, std::string* why) {
  const auto refuse = [&](const std::string& reason) {
    if (why != nullptr) *why = reason;
    return Json(Json::value_t::discarded);
  };
  if (depth_of(text) > kDeepestJson)
    return refuse("is nested deeper than " + std::to_string(kDeepestJson) + " levels, which is no JSON of sprig's");
  try {
    return Json::parse(text);
  } catch (const Json::parse_error& error) {
    return refuse("is no JSON: byte " + std::to_string(error.byte) + " cannot be understood");
  } catch (const Json::exception&) {  // out_of_range
    return refuse("is no JSON that can be read: a number is beyond 1e308");
  }
}

Json read_json(const std::string& path, std::uint64_t most_bytes) {
  std::string why;
  Json json = parsed_json(read_text_file(path, most_bytes), &why);
  if (json.is_discarded()) throw InputError(path, why);
  return json;
}

}  // namespace sprig
