#include "src/work.hpp"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

namespace py = pybind11;

namespace sprig::python {

namespace {

// What the two threads tell each other.
struct Board {
  std::mutex mutex;
  std::condition_variable ended;
  bool done = false;
  double fraction = 0;
  std::string detail;
  std::exception_ptr failure;
  std::atomic<bool> stop{false};

  bool tell(double at, const std::string& what) {
    const std::lock_guard lock(mutex);
    fraction = at, detail = what;
    return !stop;
  }
  void end(std::exception_ptr thrown) {
    const std::lock_guard lock(mutex);
    failure = std::move(thrown);
    done = true;
    ended.notify_one();
  }
  // Whether the work has ended within a while.
  bool wait() {
    std::unique_lock lock(mutex);
    return ended.wait_for(lock, std::chrono::milliseconds(1000 / kTellsASecond), [&] { return done; });
  }
};

}  // namespace

bool watched(const py::object& show, const std::function<void(const Progress&)>& work) {
  Board board;
  std::optional<py::error_already_set> raised;
  bool interrupted = false;
  {
    std::optional<py::gil_scoped_release> unlocked(std::in_place);
    std::thread worker([&] {
      std::exception_ptr thrown;
      try {
        work(Progress([&](double fraction, const std::string& detail) { return board.tell(fraction, detail); }));
      } catch (...) {
        thrown = std::current_exception();
      }
      board.end(std::move(thrown));
    });
    while (!board.wait()) {
      if (board.stop) continue;
      const py::gil_scoped_acquire locked;
      try {
        if (PyErr_CheckSignals() != 0) throw py::error_already_set();
        if (!show.is_none()) {
          std::unique_lock lock(board.mutex);
          const double fraction = board.fraction;
          const std::string detail = board.detail;
          lock.unlock();
          show(fraction, detail);
        }
      } catch (py::error_already_set& error) {
        board.stop = true;
        interrupted = error.matches(PyExc_KeyboardInterrupt);
        if (!interrupted) raised.emplace(std::move(error));
      }
    }
    worker.join();
  }
  // A signal that came after the last look.
  if (!board.stop && PyErr_CheckSignals() != 0) {
    py::error_already_set error;
    interrupted = error.matches(PyExc_KeyboardInterrupt);
    if (!interrupted) raised.emplace(std::move(error));
  }
  if (raised) throw std::move(*raised);
  if (board.failure) std::rethrow_exception(board.failure);
  return interrupted;
}

}  // namespace sprig::python
