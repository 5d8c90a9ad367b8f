#include "host/app/waiting.hpp"

#include <unistd.h>

#include <cstdlib>
#include <filesystem>

namespace sprig::app {

void choose_waiting(char** argv) {
#if defined(_OPENMP)
  if (std::getenv("OMP_WAIT_POLICY") != nullptr || std::getenv("GOMP_SPINCOUNT") != nullptr) return;
  std::error_code error;
  const std::filesystem::path program = std::filesystem::read_symlink("/proc/self/exe", error);
  if (error) return;
  setenv("OMP_WAIT_POLICY", "passive", 1);
  setenv("GOMP_SPINCOUNT", kSpins, 1);
  execv(program.c_str(), argv);  // comes back only where it failed: then with the runtime's own settings
#else
  static_cast<void>(argv);
#endif
}

}  // namespace sprig::app
