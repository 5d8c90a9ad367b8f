#include "host/formats/node_table.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cmath>
#include <optional>

#include "host/formats/csv_rows.hpp"
#include "sprig/core/error.hpp"
#include "sprig/core/refuse.hpp"
#include "sprig/formats/csv.hpp"
#include "sprig/formats/markup.hpp"
#include "sprig/formats/text_file.hpp"

namespace sprig {

namespace {

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return out;
}

bool is_utf8(std::string_view text) {
  for (std::size_t at = 0, bytes = 0; at < text.size(); at += bytes)
    if ((bytes = utf8_bytes(text, at)) == 0) return false;
  return true;
}

// A whole number without a sign; none: the text is something else.
std::optional<std::uint64_t> index_in(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || end != text.data() + text.size()) return {};
  return error == std::errc() ? value : std::uint64_t{0xFFFFFFFFFFFFFFFFu};
}

}  // namespace

std::int8_t sign_of_word(std::string_view word) {
  const std::string w = lower(word);
  for (const char* positive : {"exc", "excitatory", "e", "1", "+1", "+", "1.0"})
    if (w == positive) return 1;
  for (const char* negative : {"inh", "inhibitory", "i", "-1", "-", "-1.0"})
    if (w == negative) return -1;
  return 0;
}

std::size_t column_of(const std::string& path, const std::vector<std::string>& columns,
                      const std::vector<std::string_view>& names) {
  std::size_t found = columns.size();
  for (std::size_t k = 0; k < columns.size(); ++k) {
    if (std::find(names.begin(), names.end(), lower(columns[k])) == names.end()) continue;
    if (found != columns.size())
      throw InputError(path + ":1", "the columns " + csv_shown(columns[found]) + " and " + csv_shown(columns[k]) +
                                        " mean the same; allowed: one of them");
    found = k;
  }
  return found;
}

NodeTable read_nodes(const std::string& path, const InputLimits& limits) {
  const std::string text = read_text_file(path, kMostEdgeListBytes, limits, kTooManyRows);
  CsvRows rows(path, text);
  std::vector<CsvField> fields;
  if (!rows.next(fields)) throw InputError(path, "is empty");
  std::vector<std::string> columns;
  for (const CsvField& field : fields) columns.emplace_back(field.text);
  const std::size_t none = columns.size();
  const std::size_t name = column_of(path, columns, {"name", "neuron", "node", "id", "cell"}),
                    sign = column_of(path, columns, {"sign"}), population = column_of(path, columns, {"population"});
  std::vector<std::pair<std::size_t, const NeuronField*>> parameters;
  for (const NeuronField& field : kNeuronFields) {
    const std::size_t at = column_of(path, columns, {std::string_view(field.name)});
    if (at != none) parameters.emplace_back(at, &field);
  }
  if (name == none && sign == none && population == none && parameters.empty())
    rows.fail(1,
              "no column that describes neurons; the first row must name some of: name, sign, population, tau_m_ms "
              "and the other keys of [neuron]");
  NodeTable table;
  for (std::size_t k = 0; k < none; ++k)
    if (k != name && k != sign && k != population &&
        std::none_of(parameters.begin(), parameters.end(), [&](const auto& p) { return p.first == k; }))
      table.unread.push_back(columns[k]);
  std::unordered_map<std::string, std::size_t> line_of;
  while (rows.next(fields)) {
    if (fields.size() != none)
      rows.fail(1, std::to_string(fields.size()) + " fields, must be " + std::to_string(none) + " as in the first row");
    if (name != none) {
      const std::string word(fields[name].text);
      if (word.empty() || !is_utf8(word)) rows.fail(fields[name].column, "a name that is empty or not UTF-8");
      const auto [first, fresh] = line_of.emplace(word, rows.line());
      if (!fresh)
        rows.fail(fields[name].column,
                  "found " + csv_shown(word) + ", which is in line " + std::to_string(first->second) + " already");
      table.name.push_back(word);
    }
    if (sign != none) {
      const std::int8_t s = sign_of_word(fields[sign].text);
      if (s == 0 && !fields[sign].text.empty() && fields[sign].text != "0")
        rows.fail(fields[sign].column, "found " + csv_shown(fields[sign].text) +
                                           " for a sign; allowed: exc, inh, 1, -1, or 0 where it is not known");
      table.sign.push_back(s);
    }
    if (population != none) {
      const std::string word(fields[population].text);
      if (word.empty() || !is_utf8(word)) rows.fail(fields[population].column, "a population without a name");
      table.population.push_back(word);
    }
    for (const auto& [at, field] : parameters) {
      const std::optional<double> value = csv_number(fields[at].text);
      if (!value || !field->allowed.contains(*value))
        rows.fail(fields[at].column, std::string(field->name) + ": found " + csv_shown(fields[at].text) +
                                         "; allowed: " + number_words(field->allowed, false));
      (table.values.*field->values).push_back(*value);
    }
    check_file_limits(path, table.neurons + 1, 0, limits);
    if (++table.neurons > kMaxNeurons) rows.fail(1, "more than " + std::to_string(kMaxNeurons) + " neurons");
  }
  if (table.neurons == 0) throw InputError(path, "has a header and no neuron");
  return table;
}

NeuronNumbers::NeuronNumbers(NeuronIds ids, Unlisted unlisted, const NodeTable* nodes)
    : ids_(ids), unlisted_(unlisted), listed_(nodes != nullptr), rows_(nodes ? nodes->neurons : 0) {
  if (nodes && !nodes->name.empty()) {
    for (std::uint32_t i = 0; i < rows_; ++i) number_of_.emplace(nodes->name[i], i);
    mode_ = Mode::name;
  } else if (ids == NeuronIds::name) {
    mode_ = Mode::name;
  } else if (nodes || ids == NeuronIds::index) {
    mode_ = Mode::index;
  }
}

std::uint32_t NeuronNumbers::find(std::string_view id, std::uint64_t row, std::string& problem) {
  const std::optional<std::uint64_t> index = mode_ == Mode::name ? std::nullopt : index_in(id);
  if (mode_ == Mode::open) {
    mode_ = index ? Mode::index : Mode::name;
    first_id_ = id;
    first_row_ = row;
  }
  const auto left_out = [&] {
    ++left_out_[std::string(id)];
    return kLeftOut;
  };
  if (id.empty()) {
    problem = "an id that is empty";
    return kLeftOut;
  }
  if (mode_ == Mode::index) {
    if (!index) {
      problem = "found " + csv_shown(id) + " for an id" +
                (first_row_ > 0 ? ", and the number " + first_id_ + " in row " + std::to_string(first_row_) : "") +
                "; allowed: whole numbers from 0, or network.ids = \"name\"";
      return kLeftOut;
    }
    if (listed_ && *index >= rows_) {
      if (unlisted_ == Unlisted::leave_out) return left_out();
      problem = "found index " + std::string(id.substr(0, kMostShown)) + "; allowed: below " + std::to_string(rows_) +
                ", the rows of network.nodes";
      return kLeftOut;
    }
    if (*index >= kMaxNeurons) {
      problem = "found index " + std::string(id.substr(0, kMostShown)) + "; allowed: below " +
                std::to_string(kMaxNeurons) + ", or network.ids = \"name\"";
      return kLeftOut;
    }
    largest_ = std::max(largest_, *index);
    return static_cast<std::uint32_t>(*index);
  }
  if (first_row_ > 0 && ids_ == NeuronIds::automatic && index_in(id)) {
    problem = "found the number " + std::string(id.substr(0, kMostShown)) + " for an id, and the name " +
              csv_shown(first_id_) + " in row " + std::to_string(first_row_) +
              "; allowed: one kind, or network.ids = \"name\"";
    return kLeftOut;
  }
  const auto found = number_of_.find(std::string(id));
  if (found != number_of_.end()) return found->second;
  if (listed_) {
    if (unlisted_ == Unlisted::leave_out) return left_out();
    problem = csv_shown(id) + " is not in network.nodes; network.unlisted = \"leave_out\" leaves such edges out";
    return kLeftOut;
  }
  if (!is_utf8(id)) {
    problem = "an id that is not UTF-8 text";
    return kLeftOut;
  }
  const auto number = static_cast<std::uint32_t>(names_.size());
  names_.emplace_back(id);
  number_of_.emplace(std::string(id), number);
  return number;
}

void NeuronNumbers::note_left_out(std::vector<std::string>& notes) const {
  if (left_out_.empty()) return;
  std::uint64_t edges = 0;
  std::string some;
  std::size_t shown_names = 0;
  for (const auto& [name, count] : left_out_) {
    edges += count;
    if (++shown_names <= 6) some += (some.empty() ? "" : ", ") + name.substr(0, kMostShown);
  }
  if (left_out_.size() > 6) some += ", ...";
  notes.push_back(std::to_string(edges) + " ends of edges are at " + std::to_string(left_out_.size()) +
                  " ids that network.nodes does not list; these edges are left out (" + some + ")");
}

}  // namespace sprig
