// Long work without Python's lock, that Ctrl-C stops and that shows how far it is.
#pragma once

#include <pybind11/pybind11.h>

#include <functional>

#include "sprig/core/progress.hpp"

namespace sprig::python {

// Does `work` on a thread of its own. The calling one meanwhile takes the lock kTellsASecond times a second at most, to
// look for signals and to call show(fraction, detail), which may be None. Returns whether Ctrl-C asked for a stop,
// which the work learns from its Progress. An exception of another signal's handler, or of `show`, stops it too and is
// thrown when the work has ended; what the work throws comes first.
bool watched(const pybind11::object& show, const std::function<void(const Progress&)>& work);

inline constexpr int kTellsASecond = 10;

}  // namespace sprig::python
