// The JSON of run folders, results and pages. Its members are compiled once, in host/report/json.cpp: a translation
// unit that makes them for itself takes a second longer, and there are dozens.
#pragma once

#include <nlohmann/json.hpp>

extern template class nlohmann::basic_json<nlohmann::ordered_map>;

namespace sprig {

using Json = nlohmann::ordered_json;

}  // namespace sprig
