#include "sprig/core/version.hpp"

#include "sprig_version.hpp"

namespace sprig {

Version version() {
  Version v{SPRIG_VERSION, SPRIG_GIT_REVISION, SPRIG_BUILD_TYPE, SPRIG_COMPILER, SPRIG_WITH_CUDA != 0, false, false};
#if defined(_OPENMP)
  v.with_openmp = true;
#endif
#if defined(SPRIG_DOUBLE)
  v.double_state = true;
#endif
  return v;
}

}  // namespace sprig
