// What a state's hash speaks for.
#include <gtest/gtest.h>

#include <type_traits>
#include <vector>

#include "sprig/engine/simulation.hpp"

namespace sprig {
namespace {

// An archive that changes one number after another of what a state stores, each alone.
struct EveryNumber {
  const SimulationState& state;
  std::uint64_t before;
  std::size_t numbers = 0;

  void operator()(auto&... members) { (ask(members), ...); }

  template <class T>
  void ask(T& member) {
    if constexpr (std::is_arithmetic_v<T>) {
      const T kept = member;
      member = static_cast<T>(member + 1);
      EXPECT_NE(state.hash(), before) << "number " << numbers;
      member = kept;
      ++numbers;
    } else if constexpr (requires { member.front(); }) {
      for (auto& element : member) ask(element);
    } else {
      T::persist(member, *this);
    }
  }
};

// By the list of what is stored, so that an array that is added to it is asked for here. The units of what is in flight
// (`exponents`) are of the network, not of what happened in it: the hash leaves them out.
TEST(StateHash, ChangesWithEveryNumberThatIsStored) {
  SimulationState state;
  each_state([](auto& array) { array.assign(3, 1); }, state);
  state.step = 7;
  state.delay_slots = 2;
  state.pending = {1, 0, 5, 0, 0, 2};
  state.as_of = {7, 6, 7};
  state.plastic = {.weights = {3, 4}, .unit = 0.5, .last_spike = {1, 0, 3}, .pre = {1, 2, -1}, .post = {-1, 1, 2}};
  EveryNumber every{state, state.hash()};
  SimulationState::persist(state, every);
  EXPECT_EQ(every.numbers, 5 * 3 + 1 + 6 + 1 + 3 + 1 + 2 + 1 + 3 * 3);
}

}  // namespace
}  // namespace sprig
