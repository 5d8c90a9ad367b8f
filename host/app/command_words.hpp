// Words that users of other programs type, and what they mean here: said, never done.
#pragma once

#include <string>

#include "host/app/command_tree.hpp"

namespace sprig::app {

// Errors: UsageError when the word in a verb's place is none, with the verb that was meant.
void refuse_unknown_verb(int argc, const char* const* argv);

// What stands after a parser's message about `argv`: "; did you mean --out?", or nothing.
std::string option_meant(const CLI::App& app, int argc, const char* const* argv);

// The device that a text of another program stands for, "cuda" for "gpu"; empty: none.
std::string device_meant(const std::string& text);

// The command as a shell would take it again.
std::string typed(int argc, const char* const* argv);

}  // namespace sprig::app
