// Lists of neurons, and the numbers that edge lists' ids come to.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "sprig/formats/network_import.hpp"

namespace sprig {

// A CSV with a header: name (neuron, node, id), sign (1, -1, exc, inh), population, and columns of kNeuronFields'
// names; all of them optional. Vectors are empty or as long as there are rows.
struct NodeTable {
  std::uint32_t neurons = 0;
  std::vector<std::string> name, population;
  std::vector<std::int8_t> sign;
  NeuronParameters values;
  std::vector<std::string> unread;  // columns that mean nothing here
};
NodeTable read_nodes(const std::string& path, const InputLimits& limits);

// A word for a neuron's or a synapse's sign; 0: none of them.
std::int8_t sign_of_word(std::string_view word);

// What the ids of an edge list come to: whole numbers to themselves, names to numbers in the order they appear in, or
// to their rows in a list.
class NeuronNumbers {
 public:
  static constexpr std::uint32_t kLeftOut = 0xFFFFFFFFu;

  NeuronNumbers(NeuronIds ids, Unlisted unlisted, const NodeTable* nodes);

  // kLeftOut: not in the list, and to be left out. `row` is for messages; fail(text) must throw.
  template <class Fail>
  std::uint32_t number(std::string_view id, std::uint64_t row, Fail fail) {
    std::string problem;
    const std::uint32_t found = find(id, row, problem);
    if (!problem.empty()) fail(problem);
    return found;
  }

  bool by_index() const { return mode_ == Mode::index; }
  std::uint64_t largest() const { return largest_; }
  const std::vector<std::string>& names() const { return names_; }  // of those that were numbered as they appeared
  void note_left_out(std::vector<std::string>& notes) const;

 private:
  enum class Mode { open, index, name };
  std::uint32_t find(std::string_view id, std::uint64_t row, std::string& problem);

  NeuronIds ids_;
  Unlisted unlisted_;
  bool listed_ = false;
  std::uint32_t rows_ = 0;  // of the list
  Mode mode_ = Mode::open;
  std::string first_id_;
  std::uint64_t first_row_ = 0, largest_ = 0;
  std::unordered_map<std::string, std::uint32_t> number_of_;
  std::vector<std::string> names_;
  std::map<std::string, std::uint64_t> left_out_;
};

// A CSV's header without regard to case: the column of the first of `names` that is there; none: columns.size(). Two of
// them: refused.
std::size_t column_of(const std::string& path, const std::vector<std::string>& columns,
                      const std::vector<std::string_view>& names);

}  // namespace sprig
