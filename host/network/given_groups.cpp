#include "host/network/given_groups.hpp"

#include <algorithm>
#include <map>
#include <numeric>
#include <tuple>
#include <utility>

#include "host/network/text.hpp"
#include "host/network/topology.hpp"
#include "sprig/core/refuse.hpp"

namespace sprig {

namespace {

// 1, -1, or 0: none or both.
std::int8_t sign_of_row(const Csr& csr, std::uint32_t i) {
  bool positive = false, negative = false;
  for (std::uint64_t k = csr.offsets[i]; k < csr.offsets[i + 1]; ++k)
    (csr.weights[k] < 0 ? negative : positive) |= csr.weights[k] != 0;
  return static_cast<std::int8_t>(int{positive} - int{negative});
}

bool mixed_row(const Csr& csr, std::uint32_t i) {
  const auto begin = csr.weights.begin() + static_cast<std::ptrdiff_t>(csr.offsets[i]),
             end = csr.weights.begin() + static_cast<std::ptrdiff_t>(csr.offsets[i + 1]);
  return std::any_of(begin, end, [](float w) { return w < 0; }) &&
         std::any_of(begin, end, [](float w) { return w > 0; });
}

// Neuron i of the new numbering is order[i] of the present one.
void renumber(Network& network, const std::vector<std::uint32_t>& order) {
  std::vector<std::uint32_t> place(order.size());
  for (std::uint32_t i = 0; i < order.size(); ++i) place[order[i]] = i;
  const Csr& old = network.recurrent;
  Csr csr;
  csr.rows = csr.cols = old.rows;
  csr.uniform_delay = old.uniform_delay;
  csr.offsets.assign(order.size() + 1, 0);
  for (std::uint32_t i = 0; i < order.size(); ++i)
    csr.offsets[i + 1] = csr.offsets[i] + old.offsets[order[i] + 1] - old.offsets[order[i]];
  csr.targets.resize(old.synapses());
  csr.weights.resize(old.synapses());
  csr.delays.resize(old.delays.size());
  std::vector<std::pair<std::uint32_t, std::uint64_t>> row;  // target, and where the synapse was
  for (std::uint32_t i = 0; i < order.size(); ++i) {
    row.clear();
    for (std::uint64_t k = old.offsets[order[i]]; k < old.offsets[order[i] + 1]; ++k)
      row.emplace_back(place[old.targets[k]], k);
    std::sort(row.begin(), row.end());
    std::uint64_t to = csr.offsets[i];
    for (const auto& [target, k] : row) {
      csr.targets[to] = target;
      csr.weights[to] = old.weights[k];
      if (!old.delays.empty()) csr.delays[to] = old.delays[k];
      ++to;
    }
  }
  network.recurrent = std::move(csr);
  const auto gather = [&](auto& values) {
    auto moved = values;
    for (std::uint32_t i = 0; i < order.size(); ++i) moved[i] = std::move(values[order[i]]);
    values = std::move(moved);
  };
  for (const NeuronField& field : kNeuronFields) gather(network.neurons.*field.values);
  gather(network.original_id);
  if (!network.names.empty()) gather(network.names);
}

// Neurons in the order of their groups, within a group in that of their indices; numbered anew where they are not so
// already. Says whether.
bool tile(Network& network, const std::vector<std::uint32_t>& group_of, std::vector<Population> groups) {
  for (const std::uint32_t g : group_of) ++groups[g].count;
  std::uint32_t first = 0;
  for (Population& group : groups) {
    group.first = first;
    first += group.count;
  }
  network.populations = std::move(groups);
  if (std::is_sorted(group_of.begin(), group_of.end())) return false;
  std::vector<std::uint32_t> order(group_of.size());
  std::iota(order.begin(), order.end(), 0u);
  std::stable_sort(order.begin(), order.end(),
                   [&](std::uint32_t a, std::uint32_t b) { return group_of[a] < group_of[b]; });
  renumber(network, order);
  return true;
}

constexpr const char* kRenumbered =
    "neurons are numbered anew, population by population; original_id has the indices they had";

// Inhibitory: a population of which some neuron is, and none is excitatory.
void group_by_name(Network& network, const GivenNetwork& given, const std::vector<std::int8_t>& sign,
                   std::vector<std::string>& notes) {
  std::map<std::string, std::uint32_t> number;
  std::vector<Population> groups;
  std::vector<std::uint32_t> group_of;
  std::vector<std::uint8_t> excitatory;
  for (std::uint32_t i = 0; i < given.neurons; ++i) {
    const auto [found, fresh] = number.emplace(given.population[i], static_cast<std::uint32_t>(groups.size()));
    if (fresh) groups.push_back({given.population[i], 0, 0, false}), excitatory.push_back(0);
    group_of.push_back(found->second);
    if (sign[i] < 0) groups[found->second].inhibitory = true;
    if (sign[i] > 0) excitatory[found->second] = 1;
  }
  for (std::size_t g = 0; g < groups.size(); ++g) groups[g].inhibitory &= excitatory[g] == 0;
  if (tile(network, group_of, std::move(groups))) notes.emplace_back(kRenumbered);
}

}  // namespace

void group_neurons(Network& network, const GivenNetwork& given, Groups groups, std::vector<std::string>& notes) {
  const std::uint32_t n = network.size();
  std::vector<std::int8_t> sign = given.sign;
  std::uint32_t mixed = 0;
  sign.resize(n, 0);
  for (std::uint32_t i = 0; i < n; ++i) {
    if (sign[i] == 0) sign[i] = sign_of_row(network.recurrent, i);
    mixed += mixed_row(network.recurrent, i) ? 1 : 0;
  }
  if (!given.population.empty() && groups != Groups::by_sign) return group_by_name(network, given, sign, notes);
  const auto inhibitory = static_cast<std::uint32_t>(std::count(sign.begin(), sign.end(), std::int8_t{-1}));
  if (groups == Groups::by_sign) {
    if (mixed > 0)
      refuse("network.groups", text("by_sign, and ", mixed, " neurons with synapses of both signs"), "auto or all");
    std::vector<std::uint32_t> group_of;
    for (const std::int8_t s : sign) group_of.push_back(s < 0 ? 1 : 0);
    if (tile(network, group_of, {{"exc", 0, 0, false}, {"inh", 0, 0, true}})) notes.emplace_back(kRenumbered);
    return;
  }
  // Neurons without a sign belong to whom they stand among.
  std::vector<std::uint32_t> last_of(2, 0), first_of(2, n);
  for (std::uint32_t i = 0; i < n; ++i) {
    if (sign[i] == 0) continue;
    const std::size_t s = sign[i] < 0 ? 1 : 0;
    first_of[s] = std::min(first_of[s], i);
    last_of[s] = i + 1;
  }
  const bool pure = mixed == 0 && inhibitory > 0 && first_of[0] < n;
  if (groups == Groups::automatic && pure && last_of[0] <= first_of[1]) {
    network.populations = {{"exc", 0, first_of[1], false}, {"inh", first_of[1], n - first_of[1], true}};
  } else if (groups == Groups::automatic && pure && last_of[1] <= first_of[0]) {
    network.populations = {{"inh", 0, first_of[0], true}, {"exc", first_of[0], n - first_of[0], false}};
  } else {
    network.populations = {{"all", 0, n, mixed == 0 && inhibitory > 0 && first_of[0] == n}};
    if (groups == Groups::automatic && inhibitory > 0 && pure)
      notes.push_back(text("excitatory and inhibitory neurons are interleaved, so there is one population, \"all\" (",
                           inhibitory, " of ", n,
                           " inhibitory); network.groups = \"by_sign\" makes two and numbers the neurons anew"));
    else if (mixed > 0)
      notes.push_back(text(mixed, " of ", n, " neurons have synapses of both signs: one population, \"all\""));
  }
}

}  // namespace sprig
