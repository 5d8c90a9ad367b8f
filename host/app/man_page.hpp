// sprig.1: the manual page, written from the command tree.
#pragma once

#include <string>

#include "host/app/command_tree.hpp"

namespace sprig::app {

// As roff with the macros of man(7): sprig man | man -l -
std::string man_page(const CLI::App& app);

}  // namespace sprig::app
