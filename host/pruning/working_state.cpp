// A working network as bytes. What the given network says is not said again: which of its synapses are left is a bit
// each, in its order, and their weights follow from the probabilities with which they were kept. What step III has
// added is listed, each with its place among the synapses that are left.
#include <algorithm>
#include <cstdint>
#include <functional>
#include <utility>
#include <vector>

#include "host/pruning/working_network.hpp"
#include "sprig/core/error.hpp"
#include "sprig/network/compaction.hpp"

namespace sprig {

namespace {

constexpr std::uint64_t kBlock = 1 << 16;  // probabilities that are gathered at a time

// A synapse that was not given, and is there.
struct NewPlace {
  std::uint64_t place = 0;  // among all synapses
  std::uint64_t index = 0;  // of the list of what was added
  std::uint32_t source = 0, target = 0;
  std::uint16_t delay = 0;
  static void persist(auto& self, auto& archive) {
    archive(self.place, self.index, self.source, self.target, self.delay);
  }
};

class Bits {
 public:
  explicit Bits(std::uint64_t count) : words_((count + 63) / 64, 0) {}
  explicit Bits(std::vector<std::uint64_t> words) : words_(std::move(words)) {}
  void set(std::uint64_t k) { words_[k / 64] |= std::uint64_t{1} << (k % 64); }
  bool operator[](std::uint64_t k) const { return (words_[k / 64] >> (k % 64) & 1) != 0; }
  const std::vector<std::uint64_t>& words() const { return words_; }

 private:
  std::vector<std::uint64_t> words_;
};

// Synapses in the order of their places: those of `left` among the neurons `kept` of `given`, and the new ones between
// them. original_id: indices of both. most: synapses that there can be. Empty where they do not fit together.
Csr assembled(const Csr& given, const std::vector<std::uint32_t>& kept, const Bits& left,
              const std::vector<NewPlace>& places, std::uint64_t most) {
  constexpr std::uint32_t kGone = 0xFFFFFFFFu;
  std::vector<std::uint32_t> moved(given.cols, kGone);
  for (std::size_t i = 0; i < kept.size(); ++i) moved[kept[i]] = static_cast<std::uint32_t>(i);
  Csr csr;
  csr.rows = csr.cols = static_cast<std::uint32_t>(kept.size());
  csr.uniform_delay = given.uniform_delay;
  csr.targets.reserve(most);
  csr.original_id.reserve(most);
  if (!given.delays.empty()) csr.delays.reserve(most);
  bool fits = true;
  auto next = places.begin();
  for (std::uint32_t i = 0; i < csr.rows; ++i) {
    const auto add_new = [&] {
      while (next != places.end() && next->source == i && next->place == csr.targets.size()) {
        csr.targets.push_back(next->target);
        csr.original_id.push_back(given.synapses() + next->index);
        if (!given.delays.empty()) csr.delays.push_back(next->delay);
        ++next;
      }
    };
    for (std::uint64_t k = given.offsets[kept[i]]; k < given.offsets[kept[i] + 1]; ++k) {
      if (!left[k]) continue;
      add_new();
      fits = fits && moved[given.targets[k]] != kGone;
      csr.targets.push_back(moved[given.targets[k]]);
      csr.original_id.push_back(k);
      if (!given.delays.empty()) csr.delays.push_back(given.delays[k]);
    }
    add_new();
    csr.offsets.push_back(csr.targets.size());
  }
  return fits && next == places.end() ? csr : Csr();
}

}  // namespace

void WorkingNetwork::write(Writer& writer) const {
  const Csr& csr = recurrent();
  const std::uint64_t given = given_->recurrent.synapses();
  Bits left(given);
  std::vector<NewPlace> places;
  for (std::uint32_t i = 0; i < csr.rows; ++i)
    for (std::uint64_t k = csr.offsets[i]; k < csr.offsets[i + 1]; ++k) {
      const std::uint64_t index = csr.id(k);
      if (index < given)
        left.set(index);
      else
        places.push_back({k, index - given, i, csr.targets[k], csr.delays.empty() ? std::uint16_t{0} : csr.delays[k]});
    }
  writer(kept_, network_.neurons.tau_m_ms, added_, left.words(), places, csr.synapses(), reweighting_);
  write_probabilities(writer);
}

// Of the synapses that are left, in their order: nobody asks about the others. One number where they are all the same.
void WorkingNetwork::write_probabilities(Writer& writer) const {
  const Csr& csr = recurrent();
  const std::uint64_t synapses = csr.synapses();
  const auto probability = [&](std::uint64_t k) { return keep_probability_[csr.id(k)]; };
  const double first = synapses == 0 ? 1 : probability(0);
  bool same = true;
  for (std::uint64_t k = 0; same && k < synapses; ++k) same = probability(k) == first;
  writer(same);
  if (same) return writer(first);
  std::vector<double> block;
  for (std::uint64_t begin = 0; begin < synapses; begin += kBlock) {
    block.clear();
    for (std::uint64_t k = begin; k < std::min(synapses, begin + kBlock); ++k) block.push_back(probability(k));
    writer.bytes(block.data(), block.size() * sizeof(double));
  }
}

void WorkingNetwork::read_probabilities(Reader& reader) {
  const Csr& csr = recurrent();
  const std::uint64_t synapses = csr.synapses();
  keep_probability_.assign(given_->recurrent.synapses() + added_.size(), 1.0);
  bool same = false;
  double first = 1;
  reader(same);
  if (same) reader(first);
  std::vector<double> block;
  for (std::uint64_t begin = 0; begin < synapses; begin += kBlock) {
    block.assign(std::min(synapses - begin, kBlock), first);
    if (!same) reader.bytes(block.data(), block.size() * sizeof(double));
    for (std::uint64_t n = 0; n < block.size(); ++n) keep_probability_[csr.id(begin + n)] = block[n];
  }
}

void WorkingNetwork::read(Reader& reader) {
  const Csr& given = given_->recurrent;
  std::vector<std::uint32_t> kept;
  std::vector<double> tau_m_ms;
  std::vector<std::uint64_t> words;
  std::vector<NewPlace> places;
  std::uint64_t synapses = 0;
  Reweighting reweighting;
  reader(kept, tau_m_ms, added_, words, places, synapses, reweighting);

  const auto neurons = static_cast<std::uint32_t>(kept.size());
  const bool ascend = std::adjacent_find(kept.begin(), kept.end(), std::greater_equal<>()) == kept.end();
  const bool new_fit = std::all_of(places.begin(), places.end(), [&](const NewPlace& n) {
    return n.index < added_.size() && n.source < neurons && n.target < neurons;
  });
  const bool fits = ascend && new_fit && (kept.empty() || kept.back() < given_->size()) && tau_m_ms.size() == neurons &&
                    words.size() == (given.synapses() + 63) / 64 && reweighting.kept <= KeptWeight::mask;
  const std::uint64_t most = std::min(synapses, given.synapses() + places.size());
  Csr csr = fits ? assembled(given, kept, Bits(std::move(words)), places, most) : Csr();
  if (!fits || csr.rows != neurons || csr.synapses() != synapses)
    reader.refuse("is no network that came of the one that was given");

  network_ = *given_;
  network_.recurrent = {};  // its neurons and inputs alone are compacted
  network_.recurrent.rows = network_.recurrent.cols = given_->size();
  network_.recurrent.offsets.assign(std::size_t{given_->size()} + 1, 0);
  if (neurons < given_->size()) {
    std::vector<std::uint8_t> keep(given_->size(), 0);
    for (const std::uint32_t i : kept) keep[i] = 1;
    sprig::keep_neurons(network_, keep);
  }
  network_.recurrent = std::move(csr);
  network_.neurons.tau_m_ms = std::move(tau_m_ms);
  kept_ = std::move(kept);
  reweighting_ = reweighting;
  read_probabilities(reader);
  std::vector<float>& weights = network_.recurrent.weights;
  weights.resize(synapses);
  for (std::uint64_t k = 0; k < synapses; ++k) {
    const std::uint64_t index = network_.recurrent.id(k);
    weights[k] = reweighting_.weight(given_weight(index), keep_probability_[index]);
  }
  try {
    validate(network_);
  } catch (const ConfigError& error) {
    reader.refuse(error.what());
  }
}

}  // namespace sprig
