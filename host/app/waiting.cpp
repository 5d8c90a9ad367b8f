#include "host/app/waiting.hpp"

#include <unistd.h>

#include <climits>
#include <cstdlib>

namespace sprig::app {

void choose_waiting(char** argv) {
#if defined(_OPENMP)
  if (std::getenv("OMP_WAIT_POLICY") != nullptr || std::getenv("GOMP_SPINCOUNT") != nullptr) return;
  char program[PATH_MAX];
  const ssize_t length = readlink("/proc/self/exe", program, sizeof program - 1);
  if (length <= 0) return;
  program[length] = '\0';
  setenv("OMP_WAIT_POLICY", "passive", 1);
  setenv("GOMP_SPINCOUNT", kSpins, 1);
  execv(program, argv);  // comes back only where it failed: then with the runtime's own settings
#else
  static_cast<void>(argv);
#endif
}

}  // namespace sprig::app
