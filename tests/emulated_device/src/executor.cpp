#include "tests/emulated_device/src/executor.hpp"

#include <sys/mman.h>

#include <algorithm>
#include <bit>
#include <cstring>
#include <map>
#include <memory>
#include <numeric>
#include <span>
#include <utility>
#include <vector>

#include "tests/emulated_device/src/fiber.hpp"
#include "tests/emulated_device/src/memory.hpp"
#include "tests/emulated_device/src/sanitizers.hpp"

namespace sprig::emulated {

const Position* position = nullptr;
std::uint32_t silent_block = ~0u;
bool atomics_yield = false;

namespace {

constexpr std::uint32_t kLanes = 32, kMostWarps = 32;
constexpr std::size_t kMostTsanFibers = 7000;

// What a thread waits for.
enum class Wait : std::uint8_t { nothing, ballot, shuffle, warp_barrier, block_barrier, grid_barrier };
constexpr const char* kWaits[] = {"nothing",        "a ballot",        "a shuffle",
                                  "a warp barrier", "a block barrier", "a grid barrier"};

struct Warp;

struct Thread : Position {
  Warp* warp = nullptr;
  Context* context = nullptr;  // null: not begun
  std::size_t stack = 0;
  std::uint8_t lane = 0;
  Wait waits = Wait::nothing;
  bool ended = false;
};

struct Block;

struct Warp {
  Block* block = nullptr;
  std::uint32_t lanes = 0;    // a mask of those there are
  std::uint32_t ready = 0;    // can go on
  std::uint32_t paused = 0;   // can go on when others had their turn
  std::uint32_t arrived = 0;  // at the collective that is going on
  std::uint32_t mask = 0;     // of that collective
  Wait collective = Wait::nothing;
  bool queued = false;
  std::uint32_t turn = 0;  // counts collectives
  // What the lanes bring and what comes of it; two, for a lane may still have to read when the next one begins.
  std::uint64_t brought[2][kLanes] = {};
  std::uint32_t votes[2] = {};
  Thread threads[kLanes];
};

// A block's shared memory ends at a guard page.
class SharedMemory {
 public:
  SharedMemory() = default;
  SharedMemory(const SharedMemory&) = delete;
  SharedMemory& operator=(const SharedMemory&) = delete;
  ~SharedMemory() {
    if (memory_ != nullptr) munmap(memory_, pages_ + kPage);
  }
  void begin_block(std::size_t bytes) {
    const std::size_t pages = (bytes + kPage - 1) / kPage * kPage;
    if (pages > pages_ || memory_ == nullptr) {
      if (memory_ != nullptr) munmap(memory_, pages_ + kPage);
      pages_ = pages;
      memory_ = static_cast<unsigned char*>(
          mmap(nullptr, pages_ + kPage, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
      mprotect(memory_ + pages_, kPage, PROT_NONE);
    }
    bytes_ = (bytes + 15) / 16 * 16;
    auto* words = reinterpret_cast<std::uint32_t*>(data());
    std::fill_n(words, bytes_ / sizeof *words, kPoison);
  }
  unsigned char* data() const { return memory_ + pages_ - bytes_; }
  bool guards(const void* address) const { return address >= memory_ && address < memory_ + pages_ + kPage; }
  std::size_t bytes() const { return bytes_; }

 private:
  static constexpr std::size_t kPage = 4096;
  unsigned char* memory_ = nullptr;
  std::size_t pages_ = 0, bytes_ = 0;
};

struct Block {
  std::uint32_t index = 0, at_barrier = 0, barriers = 0, ended = 0, threads = 0;
  char order[2] = {};  // ThreadSanitizer's name of a barrier; two, as a warp's places
  std::vector<Warp> room = std::vector<Warp>(kMostWarps);
  std::span<Warp> warps;  // those there are
  SharedMemory shared;

  void begin(std::uint32_t which, const GridShape& shape) {
    index = which;
    at_barrier = barriers = ended = 0;
    threads = shape.threads;
    shared.begin_block(shape.shared_bytes);
    warps = std::span(room).first((threads + kLanes - 1) / kLanes);
    for (std::uint32_t w = 0; w < warps.size(); ++w) {
      Warp& warp = warps[w];
      const std::uint32_t count = std::min(kLanes, threads - w * kLanes);
      warp.block = this;
      warp.lanes = warp.ready = count == kLanes ? ~0u : (1u << count) - 1;
      warp.paused = warp.arrived = warp.turn = 0;
      warp.queued = false;
      for (std::uint32_t lane = 0; lane < count; ++lane) {
        Thread& thread = warp.threads[lane];
        static_cast<Position&>(thread) = {w * kLanes + lane, index, threads, shape.blocks};
        thread.warp = &warp;
        thread.context = nullptr;
        thread.lane = static_cast<std::uint8_t>(lane);
        thread.waits = Wait::nothing;
        thread.ended = false;
      }
    }
  }
};

class Executor {
 public:
  std::string run(const GridShape& shape, const std::function<void()>& thread, Draws* draws) {
    shape_ = shape;
    body_ = &thread;
    draws_ = draws;
    atomics_yield = draws != nullptr;
    host_ = host_context();
    report_.clear();
    at_grid_barrier_ = grid_barriers_ = 0;
    stacks_used_ = 0;
    free_stacks_.clear();
    std::vector<std::uint32_t> order(shape.blocks);
    std::iota(order.begin(), order.end(), 0u);
    if (draws_ != nullptr)
      for (std::uint32_t k = shape.blocks; k > 1; --k) std::swap(order[k - 1], order[draws_->below(k)]);
    const std::uint32_t at_once = shape.cooperative ? shape.blocks : 1;
    for (std::uint32_t first = 0; first < shape.blocks && report_.empty(); first += at_once)
      run_blocks({order.data() + first, at_once}, thread_sanitizer() ? first : 0);
    if (report_.empty() && stacks_.overflowed(stacks_used_)) report_ = "a thread's stack is too small";
    if (!report_.empty()) stacks_.drop();
    acquire(&end_);
    return report_;
  }

  // ---- called by the running thread ----

  void block_barrier() {
    Block& block = *running_->warp->block;
    char* order = block.order + block.barriers % 2;
    release(order);
    if (++block.at_barrier < block.threads) {
      wait(Wait::block_barrier);
    } else {
      block.at_barrier = 0;
      ++block.barriers;
      wake(block);
    }
    acquire(order);
  }

  void grid_barrier() {
    if (!shape_.cooperative) stop("a grid barrier in a launch that is not cooperative");
    char* order = order_ + grid_barriers_ % 2;
    release(order);
    if (++at_grid_barrier_ < std::uint64_t{shape_.blocks} * shape_.threads) {
      wait(Wait::grid_barrier);
    } else {
      at_grid_barrier_ = 0;
      ++grid_barriers_;
      for (std::uint32_t b = 0; b < shape_.blocks; ++b) wake(*blocks_[b]);
    }
    acquire(order);
  }

  // All lanes of `mask` bring x; returns which of the two places it went to.
  std::uint32_t collect(Wait what, std::uint32_t mask, std::uint64_t x) {
    Warp& warp = *running_->warp;
    const std::uint32_t bit = 1u << running_->lane, place = warp.turn % 2;
    if ((mask & bit) == 0) stop("a lane that its mask leaves out calls a collective");
    if (warp.arrived == 0) {
      warp.collective = what;
      warp.mask = mask;
    } else if (warp.collective != what || warp.mask != mask) {
      stop("the lanes of a warp call different collectives");
    }
    release(&warp.brought[place]);
    warp.arrived |= bit;
    warp.brought[place][running_->lane] = x;
    if (warp.arrived != mask) {
      wait(what);
    } else {
      if (what == Wait::ballot) {
        std::uint32_t votes = 0;
        for (std::uint32_t lane = 0; lane < kLanes; ++lane)
          votes |= static_cast<std::uint32_t>((mask >> lane & 1) & warp.brought[place][lane]) << lane;
        warp.votes[place] = votes;
      }
      warp.arrived = 0;
      ++warp.turn;
      warp.ready |= mask & ~bit;
    }
    acquire(&warp.brought[place]);
    return place;
  }
  const Warp& warp() const { return *running_->warp; }

  void pause() {
    running_->warp->paused |= 1u << running_->lane;
    next();
  }
  void yield() {
    if (draws_->below(8) != 0) return;
    Warp& warp = *running_->warp;
    warp.ready |= 1u << running_->lane;
    if (draws_->below(4) == 0) {  // another warp's turn
      push(warp);
      current_ = nullptr;
    }
    next();
  }

  [[noreturn]] void stop(const std::string& report) {
    report_ = report + " (" + where(*running_) + ")";
    leave();
  }
  [[noreturn]] void leave() {
    Context dropped;
    switch_context(dropped, host_);
    __builtin_unreachable();
  }

  Thread* running() const { return running_; }
  static std::string where(const Thread& thread) {
    return "block " + std::to_string(thread.block) + ", thread " + std::to_string(thread.thread);
  }
  unsigned char* shared() const { return running_->warp->block->shared.data(); }

 private:
  static void entry();

  // `which` blocks at once, in blocks_ from `first`. (Under ThreadSanitizer no two blocks share memory of ours.)
  void run_blocks(std::span<const std::uint32_t> which, std::size_t first) {
    while (blocks_.size() < first + which.size()) blocks_.push_back(std::make_unique<Block>());
    const std::span<const std::unique_ptr<Block>> blocks(blocks_.data() + first, which.size());
    queue_.resize(std::bit_ceil(which.size() * kMostWarps));
    queue_begin_ = queue_end_ = 0;
    current_ = nullptr;
    for (std::size_t b = 0; b < which.size(); ++b) {
      blocks[b]->begin(which[b], shape_);
      for (Warp& warp : blocks[b]->warps) push(warp);
    }
    const std::size_t threads = which.size() * shape_.threads;
    if (thread_sanitizer()) {  // made by the host, so ordered after no thread; their number is limited
      if (stacks_used_ + threads > kMostTsanFibers) stacks_used_ = 0;
      stacks_.at(stacks_used_ + threads);
    }
    release(&begin_);
    switch_from_host();
    std::size_t ended = 0;
    for (const auto& block : blocks) ended += block->ended;
    if (report_.empty() && ended < threads) report_ = who_waits(blocks);
  }

  // Every warp is queued once at most, so there is room.
  void push(Warp& warp) {
    if (warp.queued) return;
    warp.queued = true;
    queue_[queue_end_++ & (queue_.size() - 1)] = &warp;
  }
  Warp* pop() {
    if (queue_begin_ == queue_end_) return nullptr;
    const auto at = [&](std::size_t k) -> Warp*& { return queue_[k & (queue_.size() - 1)]; };
    if (draws_ != nullptr)
      std::swap(at(queue_begin_),
                at(queue_begin_ + draws_->below(static_cast<std::uint32_t>(queue_end_ - queue_begin_))));
    Warp* warp = at(queue_begin_++);
    warp->queued = false;
    return warp;
  }

  // All threads of the block can go on, but the running one, which goes on anyway.
  void wake(Block& block) {
    for (Warp& warp : block.warps) {
      warp.ready = warp.lanes;
      if (&warp == running_->warp) warp.ready &= ~(1u << running_->lane);
      if (&warp != current_) push(warp);
    }
  }

  // The next thread to run; null: none can.
  Thread* pick() {
    for (;;) {
      if (current_ != nullptr) {
        if (current_->ready != 0) {
          std::uint32_t lane = static_cast<std::uint32_t>(std::countr_zero(current_->ready));
          if (draws_ != nullptr) {
            const std::uint32_t from = draws_->below(kLanes);
            lane = (static_cast<std::uint32_t>(std::countr_zero(std::rotr(current_->ready, static_cast<int>(from)))) +
                    from) %
                   kLanes;
          }
          current_->ready &= ~(1u << lane);
          return &current_->threads[lane];
        }
        if (current_->paused != 0) {
          current_->ready = std::exchange(current_->paused, 0);
          push(*current_);
        }
      }
      current_ = pop();
      if (current_ == nullptr) return nullptr;
    }
  }

  void wait(Wait what) {
    running_->waits = what;
    next();
    running_->waits = Wait::nothing;
  }

  // Another thread's turn; returns when it is this one's again.
  void next() {
    Thread* self = running_;
    Thread* chosen = pick();
    if (chosen == self) return;
    Context& to = chosen == nullptr ? host_ : context_of(*chosen);
    run_next(chosen);
    switch_context(*self->context, to);
    run_next(self);
  }
  void run_next(Thread* thread) {
    running_ = thread;
    position = thread;
  }
  Context& context_of(Thread& thread) {
    if (thread.context == nullptr) {
      if (free_stacks_.empty()) free_stacks_.push_back(stacks_used_++);
      thread.stack = free_stacks_.back();
      free_stacks_.pop_back();
      thread.context = &stacks_.at(thread.stack);
    }
    return *thread.context;
  }
  void switch_from_host() {
    Thread* chosen = pick();
    Context& to = context_of(*chosen);
    run_next(chosen);
    switch_context(host_, to);
    run_next(nullptr);
  }

  // What a fiber does: it runs one thread after the other.
  [[noreturn]] void run_threads() {
    for (;;) {
      Thread* self = running_;
      acquire(&begin_);
      (*body_)();
      release(&end_);
      self->ended = true;
      ++self->warp->block->ended;
      Thread* chosen = pick();
      if (chosen != nullptr && chosen->context == nullptr && !thread_sanitizer()) {
        chosen->context = self->context;
        chosen->stack = self->stack;
        run_next(chosen);
        continue;
      }
      if (!thread_sanitizer()) free_stacks_.push_back(self->stack);
      Context& to = chosen == nullptr ? host_ : context_of(*chosen);
      run_next(chosen);
      switch_context(*self->context, to);
    }
  }

  // Who waits where, by block and warp.
  static std::string who_waits(std::span<const std::unique_ptr<Block>> blocks) {
    std::string text = "not all threads reach what others wait for:";
    std::uint32_t lines = 0;
    for (const auto& block : blocks)
      for (std::size_t w = 0; w < block->warps.size(); ++w) {
        const Warp& warp = block->warps[w];
        std::map<std::string, std::uint32_t> lanes;
        for (std::uint32_t lane = 0; lane < kLanes; ++lane)
          if ((warp.lanes >> lane & 1) != 0) {
            const Thread& thread = warp.threads[lane];
            lanes[thread.ended ? "have ended" : std::string("wait at ") + kWaits[static_cast<int>(thread.waits)]] |=
                1u << lane;
          }
        for (const auto& [what, mask] : lanes) {
          if (++lines > 20) continue;
          char hexadecimal[16];
          std::snprintf(hexadecimal, sizeof hexadecimal, "%08x", mask);
          text += "\n  block " + std::to_string(block->index) + ", warp " + std::to_string(w) + ": lanes " +
                  hexadecimal + " " + what;
        }
      }
    if (lines > 20) text += "\n  and " + std::to_string(lines - 20) + " more";
    return text;
  }

  GridShape shape_;
  const std::function<void()>* body_ = nullptr;
  Draws* draws_ = nullptr;
  std::vector<std::unique_ptr<Block>> blocks_;
  std::vector<Warp*> queue_;  // warps with lanes that can go on: a ring, from queue_begin_ to queue_end_
  std::size_t queue_begin_ = 0, queue_end_ = 0;
  Warp* current_ = nullptr;
  Thread* running_ = nullptr;
  std::uint64_t at_grid_barrier_ = 0, grid_barriers_ = 0;
  char begin_ = 0, end_ = 0, order_[2] = {};  // ThreadSanitizer's names of a launch's begin and end, of grid barriers
  std::string report_;
  Context host_;
  Stacks stacks_{entry};
  std::size_t stacks_used_ = 0;
  std::vector<std::size_t> free_stacks_;

  friend std::string sprig::emulated::describe_shared(const void* address);
  friend void sprig::emulated::abandon_grid(const std::string& report);
};

Executor executor;

void Executor::entry() {
  begin_context();
  executor.run_threads();
}

}  // namespace

std::string run_grid(const GridShape& shape, const std::function<void()>& thread, Draws* draws) {
  return executor.run(shape, thread, draws);
}
bool in_kernel() { return executor.running() != nullptr; }
std::string running_thread() { return Executor::where(*executor.running()); }
void abandon_grid(const std::string& report) {
  executor.report_ = report;
  executor.leave();
}
std::string describe_shared(const void* address) {
  if (!in_kernel()) return "";
  const SharedMemory& shared = executor.running()->warp->block->shared;
  if (!shared.guards(address)) return "";
  const auto offset = static_cast<const unsigned char*>(address) - shared.data();
  return "byte " + std::to_string(offset) + " of " + std::to_string(shared.bytes()) + " bytes of shared memory";
}

// ---- what kernels call ----

unsigned char* shared_memory() { return executor.shared(); }
void block_barrier() { executor.block_barrier(); }
void grid_barrier() { executor.grid_barrier(); }
void pause() { executor.pause(); }
void yield() { executor.yield(); }
void warp_barrier(std::uint32_t mask) { executor.collect(Wait::warp_barrier, mask, 0); }
std::uint32_t ballot(std::uint32_t mask, bool p) {
  const std::uint32_t place = executor.collect(Wait::ballot, mask, p);
  return executor.warp().votes[place];
}
std::uint64_t shuffle(std::uint32_t mask, std::uint64_t x, std::uint32_t lane) {
  const std::uint32_t place = executor.collect(Wait::shuffle, mask, x);
  if ((mask >> lane & 1) == 0) executor.stop("a shuffle from a lane that its mask leaves out");
  return executor.warp().brought[place][lane];
}

}  // namespace sprig::emulated
