// Vectors of 512 bits where the processor has them: a function is compiled a second time for them and chosen when the
// program runs. Nothing is contracted, so both give the same bits. SPRIG_WIDE_TARGET stands before the second one;
// where it is not defined there is none.
#pragma once

namespace sprig {

#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__)
#define SPRIG_WIDE_TARGET __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,prefer-vector-width=512")))

inline bool wide_vectors() {
  return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
         __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
}
#endif

}  // namespace sprig
