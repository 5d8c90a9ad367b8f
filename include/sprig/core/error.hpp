// Typed errors: what went wrong, where, with which values. Only app turns them into exit codes.
#pragma once

#include <stdexcept>
#include <string>

namespace sprig {

// Exit codes of the program (README, Verbs).
enum class Exit : int {
  done = 0,
  usage = 2,
  config = 3,
  input = 4,
  device = 5,
  memory = 6,
  numerical = 7,
  checkpointed = 75,
  interrupted = 130,
};

// Base of all errors that sprig throws. what() is one line: "<where>: <what was found and what is allowed>".
class Error : public std::runtime_error {
 public:
  Error(Exit code, const std::string& where, const std::string& what)
      : std::runtime_error(where.empty() ? what : where + ": " + what), code_(code), where_(where) {}
  Exit code() const noexcept { return code_; }
  const std::string& where() const noexcept { return where_; }

 private:
  Exit code_;
  std::string where_;
};

template <Exit kCode>
class CodedError : public Error {
 public:
  CodedError(const std::string& where, const std::string& what) : Error(kCode, where, what) {}
};

using UsageError = CodedError<Exit::usage>;          // the command line
using ConfigError = CodedError<Exit::config>;        // a configuration key or a parameter's value; where = the key
using InputError = CodedError<Exit::input>;          // a file that was read; where = its path
using DeviceError = CodedError<Exit::device>;        // no usable device
using MemoryError = CodedError<Exit::memory>;        // does not fit; the text has the numbers
using NumericalError = CodedError<Exit::numerical>;  // non-finite state, singular solve; where = quantity, neuron, step
using Interrupted = CodedError<Exit::interrupted>;   // Ctrl-C, raised by app's progress callback

}  // namespace sprig
