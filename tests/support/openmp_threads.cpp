// OpenMP's runtime as plain threads, for builds under ThreadSanitizer, which does not see how GCC's own runtime orders
// its threads. It takes the place of libgomp: what GCC makes of the pragmas that sprig uses, and no more, so that a
// pragma of another kind does not link. Threads are ordered where OpenMP says so, at the begin and the end of a region,
// at barriers and in critical sections, and nowhere else: who takes a piece of a loop is a relaxed atomic, so that no
// lock hides a race.
#include <pthread.h>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <mutex>
#include <thread>
#include <vector>

namespace {

// As many as this whatever the machine has: races want threads, not processors.
constexpr unsigned kThreads = 4;

struct Team {
  explicit Team(unsigned threads) : size(threads) { pthread_barrier_init(&barrier, nullptr, threads); }
  ~Team() { pthread_barrier_destroy(&barrier); }
  Team(const Team&) = delete;
  Team& operator=(const Team&) = delete;

  const unsigned size;
  pthread_barrier_t barrier;
  std::atomic<std::uint64_t> pieces{0};  // number of the loop << 32 | pieces of it that are taken
};

// The loop that a thread is in: all threads are told the same bounds.
struct Loop {
  std::uint64_t number = 0;  // in its region, from one
  std::int64_t first = 0;
  std::uint64_t iterations = 0;
  std::uint64_t piece = 1;
  std::int64_t step = 1;
};

struct Place {
  Team* team = nullptr;
  unsigned thread = 0;
  Loop loop{};
};

thread_local Place place;
thread_local unsigned asked = 0;  // by omp_set_num_threads
std::mutex critical;

// The next piece of the loop, [from, from + count) in iterations; false when all are taken. A thread that finds a later
// loop's number comes too late: who went on to that loop saw the last piece of this one go.
bool take(std::uint64_t& from, std::uint64_t& count) {
  std::this_thread::yield();
  const Loop& loop = place.loop;
  std::atomic<std::uint64_t>& pieces = place.team->pieces;
  std::uint64_t seen = pieces.load(std::memory_order_relaxed);
  for (;;) {
    if (seen >> 32 > loop.number) return false;
    const std::uint64_t taken = seen >> 32 == loop.number ? seen & 0xffffffffu : 0;
    from = taken * loop.piece;
    if (from >= loop.iterations) return false;
    if (pieces.compare_exchange_weak(seen, loop.number << 32 | (taken + 1), std::memory_order_relaxed)) break;
  }
  count = std::min(loop.piece, loop.iterations - from);
  return true;
}

template <class Integer>
bool next(Integer* from, Integer* to) {
  std::uint64_t begin = 0, count = 0;
  if (!take(begin, count)) return false;
  const Loop& loop = place.loop;
  *from = static_cast<Integer>(loop.first + static_cast<std::int64_t>(begin) * loop.step);
  *to = static_cast<Integer>(loop.first + static_cast<std::int64_t>(begin + count) * loop.step);
  return true;
}

Loop loop_of(std::uint64_t number, std::int64_t first, std::int64_t end, std::int64_t step, std::int64_t piece) {
  const std::int64_t way = step > 0 ? end - first : first - end, stride = step > 0 ? step : -step;
  const auto iterations = way > 0 ? static_cast<std::uint64_t>((way + stride - 1) / stride) : 0;
  return {number, first, iterations, static_cast<std::uint64_t>(piece), step};
}

template <class Integer>
bool start(Integer first, Integer end, Integer step, Integer piece, Integer* from, Integer* to) {
  place.loop = loop_of(place.loop.number + 1, static_cast<std::int64_t>(first), static_cast<std::int64_t>(end),
                       static_cast<std::int64_t>(step), static_cast<std::int64_t>(piece));
  return next(from, to);
}

void wait_for_all() {
  if (place.team) pthread_barrier_wait(&place.team->barrier);
}

unsigned most_threads() { return asked ? asked : kThreads; }

// A region within a region has one thread, as in OpenMP unless it is told otherwise. `loop`: the one that it begins
// with.
void region(void (*body)(void*), void* data, unsigned threads, const Loop& loop) {
  Team team(place.team ? 1 : threads ? threads : most_threads());
  const Place outside = place;
  std::vector<std::thread> others;
  for (unsigned t = 1; t < team.size; ++t)
    others.emplace_back([&team, &loop, body, data, t] {
      place = {&team, t, loop};
      wait_for_all();
      body(data);
    });
  place = {&team, 0, loop};
  wait_for_all();  // or the first would have done it all before the others are there
  body(data);
  for (std::thread& other : others) other.join();
  place = outside;
}

}  // namespace

extern "C" {

int omp_get_thread_num() { return static_cast<int>(place.thread); }
int omp_get_num_threads() { return place.team ? static_cast<int>(place.team->size) : 1; }
int omp_get_max_threads() { return static_cast<int>(most_threads()); }
void omp_set_num_threads(int threads) { asked = static_cast<unsigned>(threads); }

void GOMP_parallel(void (*body)(void*), void* data, unsigned threads, unsigned /*flags*/) {
  region(body, data, threads, {});
}
void GOMP_parallel_loop_nonmonotonic_dynamic(void (*body)(void*), void* data, unsigned threads, long first, long end,
                                             long step, long piece, unsigned /*flags*/) {
  region(body, data, threads, loop_of(1, first, end, step, piece));
}

void GOMP_barrier() { wait_for_all(); }
void GOMP_atomic_start() { critical.lock(); }
void GOMP_atomic_end() { critical.unlock(); }
void GOMP_critical_start() { critical.lock(); }
void GOMP_critical_end() { critical.unlock(); }

bool GOMP_loop_nonmonotonic_dynamic_start(long first, long end, long step, long piece, long* from, long* to) {
  return start(first, end, step, piece, from, to);
}
bool GOMP_loop_nonmonotonic_dynamic_next(long* from, long* to) { return next(from, to); }
bool GOMP_loop_ull_nonmonotonic_dynamic_start(bool /*up*/, unsigned long long first, unsigned long long end,
                                              unsigned long long step, unsigned long long piece,
                                              unsigned long long* from, unsigned long long* to) {
  return start(first, end, step, piece, from, to);
}
bool GOMP_loop_ull_nonmonotonic_dynamic_next(unsigned long long* from, unsigned long long* to) {
  return next(from, to);
}
void GOMP_loop_end() { wait_for_all(); }
void GOMP_loop_end_nowait() {}
}
