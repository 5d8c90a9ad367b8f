// Long work tells how far it is and asks whether to go on; Interrupted is thrown here and nowhere else.
#pragma once

#include <algorithm>
#include <cmath>
#include <concepts>
#include <functional>
#include <string>
#include <type_traits>
#include <utility>

#include "sprig/core/error.hpp"

namespace sprig {

// The last parameter of whatever takes long. Made of a function (fraction done in [0, 1]) or (fraction, what is being
// done) that returns false to stop the work; by default nobody listens. The fractions that it is told never fall; it is
// told one at a time.
class Progress {
 public:
  Progress() = default;
  template <class Tell>
  requires std::predicate<const Tell&, double, const std::string&> &&(!std::same_as<Tell, Progress>)Progress(Tell tell)
      : tell_(std::move(tell)) {}
  template <class Tell>
  requires std::predicate<const Tell&, double> &&
      (!std::predicate<const Tell&, double, const std::string&>)Progress(Tell tell)
      : tell_([tell](double fraction, const std::string&) { return tell(fraction); }) {}

  // Whether the work is to go on.
  bool operator()(double fraction, const std::string& detail = {}) const { return !tell_ || tell_(fraction, detail); }

  // The same. Errors: Interrupted where it is not, unless all of it is done; `where` is the operation.
  void report(const char* where, double fraction, const std::string& detail = {}) const {
    if (!(*this)(fraction, detail) && fraction < 1) throw Interrupted(where, "stopped on request");
  }

  // That of a part of the work, which is [from, to] of the whole; `what` it is stands before its details.
  Progress part(double from, double to, const std::string& what = {}) const {
    if (!tell_) return {};
    return Progress([tell = tell_, from, to, what](double fraction, const std::string& detail) {
      const char* between = what.empty() || detail.empty() ? "" : ": ";
      return tell(std::lerp(from, to, std::clamp(fraction, 0.0, 1.0)), what + between + detail);
    });
  }

 private:
  std::function<bool(double, const std::string&)> tell_;
};

// The parts of a piece of work that are done one after the other, each with a share by the work it is expected to be.
class ProgressParts {
 public:
  // work: of all parts together, in any unit.
  ProgressParts(const Progress& whole, double work) : whole_(whole), work_(work) {}

  // The next part. Of no work: it is there, but does not move the whole.
  Progress next(double work, const std::string& what = {}) {
    const double from = std::min(1.0, done_ / work_);
    done_ += work;
    return whole_.part(from, std::min(1.0, done_ / work_), what);
  }

 private:
  Progress whole_;
  double work_, done_ = 0;
};

}  // namespace sprig
