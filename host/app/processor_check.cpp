// Ends with a clear message on processors without what the rest is compiled for (x86-64-v3). This file alone is
// compiled for the oldest x86-64, calls nothing of the rest, and runs before every other initialiser.
#if defined(__x86_64__)

#include <unistd.h>

namespace {

__attribute__((constructor(101))) void check_processor() {
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("bmi") &&
      __builtin_cpu_supports("bmi2"))
    return;
  static const char message[] =
      "sprig: error: this processor has no AVX2 and FMA, which this build needs; build for it with -DSPRIG_NATIVE=ON\n";
  if (::write(STDERR_FILENO, message, sizeof message - 1) < 0) _exit(5);
  _exit(5);
}

}  // namespace

#endif
