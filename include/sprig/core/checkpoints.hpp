// Where long work puts down how far it has come, so that another process goes on from there to the same bits: a
// parameter of whatever takes long, beside its Progress.
//
//   if (!checkpoints.restore([&](Reader& reader) { reader(state); })) state = at_the_start();
//   while (!state.done()) {
//     state.advance();
//     if (checkpoints.due()) checkpoints.keep([&](Writer& writer) { writer(state); });
//     progress.report("spectrum", state.share());  // throws when a stop was asked for: after the state is safe
//   }
//
// A state is what the inputs and options of the work do not say, in logical order (by neuron), so that it goes on with
// any number of threads and slices and on any device. Whoever keeps states makes sure that they are of the same work.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "sprig/core/persist.hpp"

namespace sprig {

// Keeps states by name: session/work_log.hpp, and tests.
class CheckpointStore {
 public:
  virtual ~CheckpointStore() = default;
  // Whether it is time to put down this one: the time between two is over, or a stop was asked for.
  virtual bool due(const std::string& name) = 0;
  // On the disk when it returns, in the place of the one before. Errors: InputError when it cannot be written.
  virtual void keep(const std::string& name, const std::function<void(Writer&)>& write) = 0;
  // False where there is none. One that is damaged is never given.
  virtual bool restore(const std::string& name, const std::function<void(Reader&)>& read) = 0;
  // What it is of is done; parts of it go too.
  virtual void drop(const std::string& name) = 0;
  // Whether the state is worth its time on the disk although it is not due: the work that it stands for took long.
  virtual bool worth_keeping(const std::string& /*name*/) { return false; }
  // Until moves(), which returns when nobody is at it, `write` may be called from any thread: Standing.
  virtual void stands(const std::string& /*name*/, std::function<void(Writer&)> /*write*/) {}
  virtual void moves(const std::string& /*name*/) {}
  // For whoever watches, after a restore() that gave a state: from where the work goes on, "step 300 of 2000"; or why
  // the state cannot be used, so that the work begins anew.
  virtual void goes_on(const std::string& /*name*/, const std::string& /*from*/) {}
  virtual void cannot_use(const std::string& /*name*/, const std::string& /*why*/) {}
};

// While there is one, a state does not change. Work that is where it cannot ask whether to go on (packing a network, a
// decomposition) has one, so that whoever has to end the process can keep the state in its stead.
class Standing {
 public:
  Standing() = default;
  Standing(std::shared_ptr<CheckpointStore> store, std::string name, std::function<void(Writer&)> write)
      : store_(std::move(store)), name_(std::move(name)) {
    if (store_) store_->stands(name_, std::move(write));
  }
  Standing(Standing&& other) noexcept : store_(std::move(other.store_)), name_(std::move(other.name_)) {}
  Standing& operator=(Standing&&) = delete;
  ~Standing() {
    if (store_) store_->moves(name_);
  }

 private:
  std::shared_ptr<CheckpointStore> store_;
  std::string name_;
};

class Checkpoints {
 public:
  Checkpoints() = default;  // nobody keeps any
  Checkpoints(std::shared_ptr<CheckpointStore> store, std::string name)
      : store_(std::move(store)), name_(std::move(name)) {}

  bool due() const { return store_ && store_->due(name_); }
  void keep(const std::function<void(Writer&)>& write) const {
    if (store_) store_->keep(name_, write);
  }
  bool restore(const std::function<void(Reader&)>& read) const { return store_ && store_->restore(name_, read); }
  void drop() const {
    if (store_) store_->drop(name_);
  }
  bool worth_keeping() const { return store_ && store_->worth_keeping(name_); }
  // `write` must not change anything, and what it reads stays as it is as long as there is the Standing.
  [[nodiscard]] Standing standing(std::function<void(Writer&)> write) const {
    return {store_, name_, std::move(write)};
  }
  void goes_on(const std::string& from) const {
    if (store_) store_->goes_on(name_, from);
  }
  void cannot_use(const std::string& why) const {
    if (store_) store_->cannot_use(name_, why);
  }
  // Those of a part of the work, which it names by what it is of: "round-3". Work that has parts puts down which part
  // it is in, and a state of a part counts for that part alone.
  Checkpoints part(const std::string& name) const { return {store_, name_ + "." + name}; }

 private:
  std::shared_ptr<CheckpointStore> store_;
  std::string name_;
};

}  // namespace sprig
