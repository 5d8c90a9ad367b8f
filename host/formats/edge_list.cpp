// Edge lists: a row a synapse, as text or as arrays.
#include <algorithm>
#include <cmath>
#include <filesystem>
#include <optional>
#include <set>
#include <utility>

#include "host/formats/csv_rows.hpp"
#include "host/formats/foreign_network.hpp"
#include "sprig/core/error.hpp"
#include "sprig/core/refuse.hpp"
#include "sprig/formats/csv.hpp"
#include "sprig/formats/text_file.hpp"
#include "sprig/network/description.hpp"

namespace sprig {

namespace {

using Words = std::vector<std::string_view>;
const Words kSource{"source", "pre", "from", "src", "presynaptic"},
    kTarget{"target", "post", "to", "dst", "postsynaptic"},
    kWeight{"weight", "weights", "w", "synapses", "n_synapses", "count"}, kDelay{"delay_ms", "delays_ms"},
    kReceptor{"receptor"}, kType{"type", "edge_type"};
constexpr const char* kColumnsOfEdges =
    "source (pre, from), target (post, to)[, weight (synapses)][, delay_ms][, receptor][, type]";

std::string listed(const std::vector<std::string>& words) {
  std::string out;
  for (std::size_t k = 0; k < std::min(words.size(), kMostShown); ++k)
    out += (k ? ", " : "") + words[k].substr(0, kMostShown);
  return out + (words.size() > kMostShown ? ", ..." : "");
}

// Which types of edges count, and which there were.
class TypeFilter {
 public:
  explicit TypeFilter(const std::vector<std::string>& wanted) : wanted_(wanted.begin(), wanted.end()) {}

  bool takes(std::string_view type) {
    if (seen_.size() < kMostShown) seen_.emplace(type);
    const bool taken = wanted_.empty() || wanted_.contains(std::string(type));
    ++(taken ? taken_ : left_out_);
    return taken;
  }
  void tell(ForeignNetwork& out) const {
    std::vector<std::string> seen(seen_.begin(), seen_.end());
    if (wanted_.empty() && seen.size() > 1)
      out.problems.push_back("has edges of several types (" + listed(seen) +
                             "); network.edge_types says which are synapses");
    if (!wanted_.empty() && taken_ == 0)
      out.problems.push_back("has no edge of network.edge_types; its types are " + listed(seen));
    else if (left_out_ > 0)
      out.notes.push_back(std::to_string(left_out_) + " edges of other types than network.edge_types are left out");
  }

 private:
  std::set<std::string, std::less<>> wanted_, seen_;
  std::uint64_t taken_ = 0, left_out_ = 0;
};

// A word for a receptor: 1, -1, or 0 where it says nothing. fail(text) must throw.
template <class Fail>
std::int8_t receptor_sign(std::string_view word, Fail fail) {
  const std::int8_t sign = sign_of_word(word);
  if (sign == 0 && !word.empty() && word != name_of(ReceptorName::automatic))
    fail("found " + csv_shown(word) +
         "; allowed: " + choice_words(words_of(ReceptorName{}).data(), words_of(ReceptorName{}).size()));
  return sign;
}

// Signs by a column of receptors: weights of "inh" are made negative where none of the file is. `rows`: where in the
// file each edge stands, its place(row) for messages.
template <class Place>
void apply_receptors(std::vector<double>& weight, const std::vector<std::int8_t>& sign,
                     const std::vector<std::uint64_t>& rows, Place place, ForeignNetwork& out) {
  if (sign.empty()) return;
  if (weight.empty()) {
    out.problems.push_back("has receptors and no weights; give it weights");
    return;
  }
  const bool with_signs = std::any_of(weight.begin(), weight.end(), [](double w) { return w < 0; });
  for (std::size_t k = 0; k < weight.size(); ++k) {
    if (with_signs && (sign[k] > 0 ? weight[k] < 0 : sign[k] < 0 && weight[k] > 0)) {
      out.problems.push_back(place(rows[k]) + ": weight " + shown(weight[k]) + " on the receptor " +
                             (sign[k] > 0 ? "exc" : "inh"));
      return;
    }
    if (!with_signs && sign[k] < 0) weight[k] = -weight[k];
  }
}

void finish(const NeuronNumbers& numbers, ForeignNetwork& out) {
  out.largest_id = numbers.largest();
  out.given.name = numbers.names();
  out.given.neurons = static_cast<std::uint32_t>(out.given.name.size());
  numbers.note_left_out(out.notes);
}

struct EdgeColumns {
  std::size_t source, target, weight, delay, receptor, type;
};

EdgeColumns columns_of_edges(const std::string& path, const std::vector<std::string>& names) {
  EdgeColumns c{column_of(path, names, kSource), column_of(path, names, kTarget),   column_of(path, names, kWeight),
                column_of(path, names, kDelay),  column_of(path, names, kReceptor), column_of(path, names, kType)};
  std::string missing;
  if (c.source == names.size()) missing += "source";
  if (c.target == names.size()) missing += missing.empty() ? "target" : " and target";
  if (!missing.empty())
    throw InputError(path + ":1", "has no column " + missing + "; there are: " + listed(names) +
                                      "; the first row must name " + kColumnsOfEdges);
  if (c.delay == names.size() && column_of(path, names, {"delay", "delays"}) != names.size())
    throw InputError(path + ":1", "the column " + names[column_of(path, names, {"delay", "delays"})] +
                                      " has no unit; allowed: delay_ms, in ms");
  return c;
}

}  // namespace

ForeignNetwork read_edges_csv(const std::string& path, const ImportOptions& options, const NodeTable* nodes,
                              const InputLimits& limits) {
  const std::string text = read_text_file(path, kMostEdgeListBytes, limits, kTooManyRows);
  CsvRows rows(path, text);
  std::vector<CsvField> fields;
  if (!rows.next(fields)) throw InputError(path, "is empty");
  std::vector<std::string> names;
  for (const CsvField& field : fields) names.emplace_back(field.text);
  const EdgeColumns at = columns_of_edges(path, names);
  const std::size_t none = names.size();
  ForeignNetwork out;
  EdgeList& edges = out.given.synapses;
  NeuronNumbers numbers(options.ids, options.unlisted, nodes);
  TypeFilter types(options.edge_types);
  std::vector<std::int8_t> sign;
  std::vector<std::uint64_t> line;
  const auto number_at = [&](std::size_t column) {
    const std::optional<double> value = csv_number(fields[column].text);
    if (!value || !std::isfinite(*value))
      rows.fail(fields[column].column,
                names[column] + ": found " + csv_shown(fields[column].text) + "; allowed: a finite number");
    return *value;
  };
  const auto neuron_at = [&](std::size_t column) {
    return numbers.number(fields[column].text, rows.line(), [&](const std::string& problem) {
      rows.fail(fields[column].column, names[column] + ": " + problem);
    });
  };
  std::uint64_t read = 0;
  for (; rows.next(fields); ++read) {
    if (fields.size() != none)
      rows.fail(1, std::to_string(fields.size()) + " fields, must be " + std::to_string(none) + " as in the first row");
    const bool counts = at.type == none || types.takes(fields[at.type].text);
    if (!counts && nodes) continue;
    check_file_limits(path, numbers.names().size(), edges.source.size() + 1, limits);
    const std::uint32_t source = neuron_at(at.source), target = neuron_at(at.target);  // numbers every name, so that
    if (!counts) continue;                                                             // they do not depend on types
    if (source == NeuronNumbers::kLeftOut || target == NeuronNumbers::kLeftOut) continue;
    if (at.weight != none) edges.weight.push_back(number_at(at.weight));
    if (at.delay != none) {
      const double delay = number_at(at.delay);
      if (!(delay > 0))
        rows.fail(fields[at.delay].column, names[at.delay] + ": found " + shown(delay) + "; allowed: above 0 ms");
      edges.delay_ms.push_back(delay);
    }
    if (at.receptor != none) {
      sign.push_back(receptor_sign(fields[at.receptor].text, [&](const std::string& problem) {
        rows.fail(fields[at.receptor].column, "receptor: " + problem);
      }));
      line.push_back(rows.line());
    }
    edges.source.push_back(source);
    edges.target.push_back(target);
  }
  if (read == 0) throw InputError(path, "has a header and no edge");
  if (options.edge_types.empty() || at.type != none)
    types.tell(out);
  else
    out.problems.push_back("has no column type, and network.edge_types is given");
  apply_receptors(
      edges.weight, sign, line, [](std::uint64_t row) { return "line " + std::to_string(row); }, out);
  finish(numbers, out);
  return out;
}

namespace {

std::string array_of(const NpzReader& file, const Words& words) {
  for (const std::string_view word : words)
    if (file.has(std::string(word))) return std::string(word);
  return {};
}

std::uint64_t length_of(const NpzReader& file, const std::string& path, const std::string& name) {
  const auto& shape = file.shape(name);
  if (shape.size() != 1)
    throw InputError(path, name + " must have one dimension, and has " + std::to_string(shape.size()));
  return shape[0];
}

// Edges that do not count are left out; where their ends need not be in a list they are numbered all the same, so that
// neurons do not depend on which types count.
std::vector<std::uint32_t> neurons_of(const NpzReader& file, const std::string& path, const std::string& name,
                                      const std::vector<std::uint8_t>& counts, bool listed, NeuronNumbers& numbers) {
  std::vector<std::uint32_t> out;
  const auto number = [&](std::string_view id) {
    const std::uint64_t k = out.size();
    std::uint32_t found = NeuronNumbers::kLeftOut;
    if (counts[k] || !listed)
      found = numbers.number(id, k + 1, [&](const std::string& problem) {
        throw InputError(path, name + "[" + std::to_string(k) + "]: " + problem);
      });
    out.push_back(counts[k] ? found : NeuronNumbers::kLeftOut);
  };
  if (file.is_text(name)) {
    for (const std::string& id : file.read_text(name)) number(id);
  } else {
    for (const std::uint64_t id : file.read<std::uint64_t>(name)) number(std::to_string(id));
  }
  return out;
}

}  // namespace

ForeignNetwork read_edges_npz(const NpzReader& file, const std::string& path, const ImportOptions& options,
                              const NodeTable* nodes, const InputLimits& limits) {
  const std::string source = array_of(file, kSource), target = array_of(file, kTarget),
                    weight = array_of(file, kWeight), receptor = array_of(file, kReceptor),
                    type = array_of(file, kType);
  ForeignNetwork out;
  const std::uint64_t edges = length_of(file, path, source);
  for (const std::string& name : {target, weight, receptor, type})
    if (!name.empty() && length_of(file, path, name) != edges)
      throw InputError(path, name + " has " + std::to_string(length_of(file, path, name)) + " values, must have " +
                                 std::to_string(edges) + " as " + source);
  for (const std::string& name : {receptor, type})
    if (!name.empty() && !file.is_text(name)) throw InputError(path, name + " holds numbers; allowed: text");
  check_file_limits(path, 0, edges, limits);
  std::vector<std::uint8_t> counts(edges, 1);
  if (!type.empty()) {
    TypeFilter types(options.edge_types);
    const std::vector<std::string> words = file.read_text(type);
    for (std::size_t k = 0; k < edges; ++k) counts[k] = types.takes(words[k]);
    types.tell(out);
  } else if (!options.edge_types.empty()) {
    out.problems.push_back("has no array type, and network.edge_types is given");
  }
  NeuronNumbers numbers(options.ids, options.unlisted, nodes);
  EdgeList& list = out.given.synapses;
  list.source = neurons_of(file, path, source, counts, nodes != nullptr, numbers);
  list.target = neurons_of(file, path, target, counts, nodes != nullptr, numbers);
  if (!weight.empty()) list.weight = file.read<double>(weight);
  for (std::size_t k = 0; k < list.weight.size(); ++k)
    if (!std::isfinite(list.weight[k]))
      throw InputError(
          path, weight + "[" + std::to_string(k) + "] = " + shown(list.weight[k]) + "; allowed: a finite number");
  std::vector<std::int8_t> sign;
  if (!receptor.empty())
    for (const std::string& word : file.read_text(receptor))
      sign.push_back(receptor_sign(word, [&](const std::string& problem) {
        throw InputError(path, receptor + "[" + std::to_string(sign.size()) + "]: " + problem);
      }));
  std::vector<std::uint64_t> row;
  read_extra_arrays(file, path, edges, {source, target, weight, receptor, type}, out);
  std::size_t kept = 0;
  for (std::size_t k = 0; k < edges; ++k) {
    if (list.source[k] == NeuronNumbers::kLeftOut || list.target[k] == NeuronNumbers::kLeftOut) continue;
    list.source[kept] = list.source[k];
    list.target[kept] = list.target[k];
    if (!sign.empty()) sign[kept] = sign[k], row.push_back(k);
    if (!list.weight.empty()) list.weight[kept] = list.weight[k];
    if (!list.delay_ms.empty()) list.delay_ms[kept] = list.delay_ms[k];
    if (!out.given.delay_steps.empty()) out.given.delay_steps[kept] = out.given.delay_steps[k];
    ++kept;
  }
  list.source.resize(kept);
  list.target.resize(kept);
  if (!list.weight.empty()) list.weight.resize(kept);
  if (!list.delay_ms.empty()) list.delay_ms.resize(kept);
  if (!out.given.delay_steps.empty()) out.given.delay_steps.resize(kept);
  if (!sign.empty()) sign.resize(kept);
  const auto place = [&](std::uint64_t k) { return receptor + "[" + std::to_string(k) + "]"; };
  apply_receptors(list.weight, sign, row, place, out);
  const std::vector<std::string> own = std::move(out.given.name);  // neuron_name, where ids are indices
  finish(numbers, out);
  if (numbers.by_index() && !own.empty()) {
    out.given.name = own;
    out.given.neurons = static_cast<std::uint32_t>(own.size());
  }
  return out;
}

}  // namespace sprig
