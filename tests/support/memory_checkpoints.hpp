// Checkpoints in memory, for tests of work that can go on: how often they are due, and being stopped, is what a test
// says.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "sprig/core/checkpoints.hpp"

namespace sprig::test {

class MemoryCheckpoints : public CheckpointStore {
 public:
  bool due(const std::string&) override { return ++asked % every == 0; }
  void keep(const std::string& name, const std::function<void(Writer&)>& write) override {
    std::vector<char> bytes;
    Writer writer([&](const void* data, std::size_t size) {
      bytes.insert(bytes.end(), static_cast<const char*>(data), static_cast<const char*>(data) + size);
    });
    write(writer);
    states[name] = std::move(bytes);
    ++kept;
  }
  bool restore(const std::string& name, const std::function<void(Reader&)>& read) override {
    const auto state = states.find(name);
    if (state == states.end()) return false;
    std::size_t used = 0;
    Reader reader(
        name,
        [&](void* to, std::size_t size) {
          std::copy_n(state->second.begin() + static_cast<std::ptrdiff_t>(used), size, static_cast<char*>(to));
          used += size;
        },
        state->second.size());
    read(reader);
    reader.finish();
    ++restored;
    return true;
  }
  void drop(const std::string& name) override {
    std::erase_if(states,
                  [&](const auto& state) { return state.first == name || state.first.starts_with(name + "."); });
  }

  std::size_t every = 1;  // due once in so many questions
  std::size_t asked = 0, kept = 0, restored = 0;
  std::map<std::string, std::vector<char>> states;
};

}  // namespace sprig::test
