// The JSON of run folders, results and pages. Its members are compiled once, in host/report/json.cpp: a translation
// unit that makes them for itself takes a second longer, and there are dozens.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

extern template class nlohmann::basic_json<nlohmann::ordered_map>;

namespace sprig {

using Json = nlohmann::ordered_json;

// All JSON that comes from outside is read by this: nested at most so deep, for what goes over it afterwards calls
// itself.
inline constexpr int kDeepestJson = 64;
// Discarded (is_discarded()) where the text is no JSON or is nested deeper; why: then says so, in words.
Json parsed_json(std::string_view text, std::string* why = nullptr);
// The JSON of a plain file. Errors: InputError, where = the path: it cannot be read, is larger, no JSON or nested
// deeper.
Json read_json(const std::string& path, std::uint64_t most_bytes);

}  // namespace sprig
