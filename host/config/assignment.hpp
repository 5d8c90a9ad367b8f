// The parts of "section.key = value".
#pragma once

#include <string>

#include <toml++/toml.h>

namespace sprig {

std::string trimmed(const std::string& text);  // without spaces at its ends

// The value of a --set, as a table with the one key "value": TOML, or a bare word, or a list of bare words. where: the
// beginning of errors.
toml::table parse_value(const std::string& text, const std::string& where);

}  // namespace sprig
