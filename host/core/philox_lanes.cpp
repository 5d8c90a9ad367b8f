// A round multiplies 32 bits by 32 to 64, which vectors do in 64-bit lanes: each counter word has one to itself, and
// what comes to stand in its upper half is never read. Compilers do not find this layout by themselves (2 to 4 times as
// long); hence the intrinsics. Only these few lines are compiled for AVX-512: table lookups are faster without its
// gathers.
#include "sprig/core/philox_lanes.hpp"

#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__)
#include <immintrin.h>
#define SPRIG_LANES_X86 1
#endif

namespace sprig {

void philox_lanes_plain(LaneWords& words, std::uint32_t key0, std::uint32_t key1) {
  for (std::uint32_t lane = 0; lane < kLanes; ++lane) {
    PhiloxBlock block;
    for (int w = 0; w < 4; ++w) block.word[w] = words.word[w][lane];
    block = philox4x32(block, key0, key1);
    for (int w = 0; w < 4; ++w) words.word[w][lane] = block.word[w];
  }
}

#if defined(SPRIG_LANES_X86)

namespace {

constexpr long long kFactor0 = 0xD2511F53, kFactor1 = 0xCD9E8D57;  // of philox_round()

__attribute__((target("avx2"))) void avx2(LaneWords& words, const std::uint32_t first_key0,
                                          const std::uint32_t first_key1) {
  const __m256i factor0 = _mm256_set1_epi64x(kFactor0), factor1 = _mm256_set1_epi64x(kFactor1);
  for (std::uint32_t half = 0; half < 2; ++half) {
    __m256i c[4][2];
    for (int w = 0; w < 4; ++w)
      for (int i = 0; i < 2; ++i)
        c[w][i] =
            _mm256_cvtepu32_epi64(_mm_load_si128(reinterpret_cast<const __m128i*>(words.word[w] + 8 * half + 4 * i)));
    std::uint32_t key0 = first_key0, key1 = first_key1;
    for (int round = 0; round < kPhiloxRounds; ++round) {
      const __m256i k0 = _mm256_set1_epi64x(key0), k1 = _mm256_set1_epi64x(key1);
      for (int i = 0; i < 2; ++i) {
        const __m256i product0 = _mm256_mul_epu32(c[0][i], factor0), product1 = _mm256_mul_epu32(c[2][i], factor1);
        c[0][i] = _mm256_xor_si256(_mm256_xor_si256(_mm256_srli_epi64(product1, 32), c[1][i]), k0);
        c[1][i] = product1;
        c[2][i] = _mm256_xor_si256(_mm256_xor_si256(_mm256_srli_epi64(product0, 32), c[3][i]), k1);
        c[3][i] = product0;
      }
      philox_next_key(key0, key1);
    }
    for (int w = 0; w < 4; ++w) {  // the lower halves, in order
      const __m256 low = _mm256_shuffle_ps(_mm256_castsi256_ps(c[w][0]), _mm256_castsi256_ps(c[w][1]), 0x88);
      const __m256i ordered = _mm256_permute4x64_epi64(_mm256_castps_si256(low), 0xD8);
      _mm256_store_si256(reinterpret_cast<__m256i*>(words.word[w] + 8 * half), ordered);
    }
  }
}

// With masks of ones: the plain forms of these intrinsics warn of uninitialised values (GCC 12).
__attribute__((target("avx512f"))) void avx512(LaneWords& words, const std::uint32_t first_key0,
                                               const std::uint32_t first_key1) {
  const __m512i factor0 = _mm512_set1_epi64(kFactor0), factor1 = _mm512_set1_epi64(kFactor1);
  __m512i c[4][2];
  for (int w = 0; w < 4; ++w)
    for (int i = 0; i < 2; ++i)
      c[w][i] =
          _mm512_maskz_cvtepu32_epi64(0xFF, _mm256_load_si256(reinterpret_cast<const __m256i*>(words.word[w] + 8 * i)));
  std::uint32_t key0 = first_key0, key1 = first_key1;
  for (int round = 0; round < kPhiloxRounds; ++round) {
    const __m512i k0 = _mm512_set1_epi64(key0), k1 = _mm512_set1_epi64(key1);
    for (int i = 0; i < 2; ++i) {
      const __m512i product0 = _mm512_maskz_mul_epu32(0xFF, c[0][i], factor0);
      const __m512i product1 = _mm512_maskz_mul_epu32(0xFF, c[2][i], factor1);
      c[0][i] = _mm512_xor_si512(_mm512_xor_si512(_mm512_maskz_srli_epi64(0xFF, product1, 32), c[1][i]), k0);
      c[1][i] = product1;
      c[2][i] = _mm512_xor_si512(_mm512_xor_si512(_mm512_maskz_srli_epi64(0xFF, product0, 32), c[3][i]), k1);
      c[3][i] = product0;
    }
    philox_next_key(key0, key1);
  }
  const __m512i low = _mm512_set_epi32(30, 28, 26, 24, 22, 20, 18, 16, 14, 12, 10, 8, 6, 4, 2, 0);
  for (int w = 0; w < 4; ++w)
    _mm512_store_si512(words.word[w], _mm512_maskz_permutex2var_epi32(0xFFFF, c[w][0], low, c[w][1]));
}

}  // namespace

bool philox_lanes_avx2(LaneWords& words, std::uint32_t key0, std::uint32_t key1) {
  static const bool there = __builtin_cpu_supports("avx2");
  if (there) avx2(words, key0, key1);
  return there;
}

bool philox_lanes_avx512(LaneWords& words, std::uint32_t key0, std::uint32_t key1) {
  static const bool there = __builtin_cpu_supports("avx512f");
  if (there) avx512(words, key0, key1);
  return there;
}

#else

bool philox_lanes_avx2(LaneWords&, std::uint32_t, std::uint32_t) { return false; }
bool philox_lanes_avx512(LaneWords&, std::uint32_t, std::uint32_t) { return false; }

#endif

void philox_lanes(LaneWords& words, std::uint32_t key0, std::uint32_t key1) {
  if (!philox_lanes_avx512(words, key0, key1) && !philox_lanes_avx2(words, key0, key1))
    philox_lanes_plain(words, key0, key1);
}

void draw_lanes(const LaneCounters& counters, LaneWords& words) {
  for (int w = 0; w < 4; ++w)
    for (std::uint32_t lane = 0; lane < kLanes; ++lane)
      words.word[w][lane] = counters.base.word[w] + (w == counters.counting ? lane : 0);
  philox_lanes(words, counters.key0, counters.key1);
}

}  // namespace sprig
