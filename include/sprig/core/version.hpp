// What was built, from what.
#pragma once

namespace sprig {

struct Version {
  const char *version, *git_revision, *build_type, *compiler;
  bool with_cuda, with_openmp, double_state;
};
Version version();

}  // namespace sprig
