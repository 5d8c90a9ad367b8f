// What other programs call a key.
#pragma once

#include <string>

namespace sprig {

// What is meant, as the end of a message about an unknown key, "did you mean network.step_ms?"; empty where nothing is
// known. section: of a [section], a table ([[population]]), or empty. Letters' case and _ do not count in `name`.
std::string synonym(const std::string& section, const std::string& name);

// The same for the name of a section or a table.
std::string section_synonym(const std::string& name);

}  // namespace sprig
