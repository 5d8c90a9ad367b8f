// The network while it is pruned: what is left of the one that was given, and how it came to its weights.
#pragma once

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "sprig/core/persist.hpp"
#include "sprig/pruning/prune.hpp"

namespace sprig {

// A copy is a trial: it may go on, or be dropped. As bytes it is what pruning made of the network that was given, which
// whoever reads them has made this of: a bit for each synapse that was given, and eight bytes for each that is left and
// was drawn.
class WorkingNetwork {
 public:
  // `given` must outlive this.
  explicit WorkingNetwork(const Network& given);

  const Network& network() const { return network_; }
  const Csr& recurrent() const { return network_.recurrent; }
  const std::vector<std::uint32_t>& kept() const { return kept_; }
  // Keys of random draws: ids before any pruning, also those of runs that came before this one.
  std::uint64_t synapse_id(std::uint64_t k) const {
    const std::uint64_t index = recurrent().id(k), given = given_->recurrent.synapses();
    return index < given ? given_->recurrent.id(index) : added_[index - given].id;
  }
  std::uint32_t neuron_id(std::uint32_t i) const { return network_.original_id[i]; }

  // Keeps synapse k where keep[k] != 0, with the weight that its keep probability p[k] asks for. Returns whether
  // anything changed.
  bool keep_synapses(const std::vector<std::uint8_t>& keep, const std::vector<double>& p, const PruneOptions& options,
                     PruneGuards& guards);
  // The weight of synapse k over the one it was given with; 1 where that was 0.
  double factor(std::uint64_t k) const {
    const double given = given_weight(recurrent().id(k));
    return given == 0 ? 1 : recurrent().weights[k] / given;
  }
  // Keeps neuron i where keep[i] != 0. Returns whether anything changed.
  bool keep_neurons(const std::vector<std::uint8_t>& keep);
  // Removes neurons without any synapse, unless none would be left. Returns whether anything changed.
  bool drop_isolated();

  // Adds synapses where there is none, with the delay of the network, or the mean of their source's (rounded; without
  // any, of all synapses).
  void add_synapses(const std::vector<NewSynapse>& synapses);

  void set_time_constants(std::vector<double> tau_m_ms) { network_.neurons.tau_m_ms = std::move(tau_m_ms); }

  // The pruned network, synapses with their original ids.
  Network finish() &&;

  const Network& given() const { return *given_; }

  static void persist(auto& self, auto& archive) {
    if constexpr (std::remove_reference_t<decltype(archive)>::kReads)
      self.read(archive);
    else
      self.write(archive);
  }

 private:
  const Network* given_;
  struct Added {
    std::uint64_t id = 0;  // added_synapse_id()
    float weight = 0;
    static void persist(auto& self, auto& archive) { archive(self.id, self.weight); }
  };
  // From the probability with which a synapse was kept to the weight it has. Rounds all have the same.
  struct Reweighting {
    KeptWeight kept = KeptWeight::mask;
    double cap = 1;
    bool capped(double probability) const { return kept == KeptWeight::capped && probability < 1 / cap; }
    float weight(float given, double probability) const {
      const double divisor = kept == KeptWeight::mask ? 1.0 : capped(probability) ? 1 / cap : probability;
      return static_cast<float>(given / divisor);
    }
    static void persist(auto& self, auto& archive) { archive(self.kept, self.cap); }
  };
  void write(Writer& writer) const;
  void read(Reader& reader);
  void write_probabilities(Writer& writer) const;
  void read_probabilities(Reader& reader);
  // The weight of a synapse before any pruning, by its index.
  float given_weight(std::uint64_t index) const {
    const std::uint64_t given = given_->recurrent.synapses();
    return index < given ? given_->recurrent.weights[index] : added_[index - given].weight;
  }

  Network network_;  // its recurrent ids index given_.recurrent, and beyond its end added_
  std::vector<Added> added_;
  std::vector<std::uint32_t> kept_;
  std::vector<double> keep_probability_;  // per synapse of given_ and added_: product over the rounds; mask: all 1
  Reweighting reweighting_;
};

// What is left of `before` in `after`, a copy that went on: masks of its synapses and neurons. Nothing where `after`
// has synapses that were added since.
struct WhatIsLeft {
  std::vector<std::uint8_t> synapses, neurons;
};
std::optional<WhatIsLeft> what_is_left(const WorkingNetwork& before, const WorkingNetwork& after);

}  // namespace sprig
