#include "sprig/session/signals.hpp"

#include <atomic>
#include <csignal>

namespace sprig {

namespace {

std::atomic<int> caught{0};  // the one thing a signal handler may touch
static_assert(std::atomic<int>::is_always_lock_free);

void remember(int signal) { caught.store(signal, std::memory_order_relaxed); }

}  // namespace

void install_signal_handlers() {
  struct sigaction action {};
  action.sa_handler = remember;
  action.sa_flags = static_cast<int>(SA_RESETHAND);  // the second signal has its default effect
  sigemptyset(&action.sa_mask);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGUSR1, SIGUSR2, SIGXCPU, SIGALRM, SIGVTALRM}) {
    struct sigaction before {};
    if (sigaction(signal, nullptr, &before) == 0 && before.sa_handler == SIG_IGN) continue;
    sigaction(signal, &action, nullptr);
  }
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);
}

bool stop_requested() { return caught.load(std::memory_order_relaxed) != 0; }

int stop_exit_code() {
  const int signal = caught.load(std::memory_order_relaxed);
  return signal == 0 ? 0 : 128 + signal;
}

}  // namespace sprig
