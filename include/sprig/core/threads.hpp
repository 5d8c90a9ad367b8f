// How many threads a parallel loop uses.
#pragma once

#if defined(_OPENMP)
#include <omp.h>
#endif

namespace sprig {

// `asked`, or all that OpenMP offers when it is 0. Never changes a result.
inline int team_size(int asked) {
#if defined(_OPENMP)
  return asked > 0 ? asked : omp_get_max_threads();
#else
  return asked > 0 ? asked : 1;
#endif
}

}  // namespace sprig
