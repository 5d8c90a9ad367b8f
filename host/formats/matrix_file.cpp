// Matrices of SciPy and NumPy.
#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

#include "host/formats/foreign_network.hpp"
#include "sprig/core/error.hpp"
#include "sprig/core/refuse.hpp"

namespace sprig {

namespace {

std::string place(const std::string& name, std::uint64_t k) { return name + "[" + std::to_string(k) + "]"; }

void check_finite(const std::string& path, const std::string& name, const std::vector<double>& values) {
  for (std::size_t k = 0; k < values.size(); ++k)
    if (!std::isfinite(values[k]))
      throw InputError(path, place(name, k) + " = " + shown(values[k]) + "; allowed: a finite number");
}

void check_indices(const std::string& path, const std::string& name, const std::vector<std::uint32_t>& values,
                   std::uint64_t below) {
  for (std::size_t k = 0; k < values.size(); ++k)
    if (values[k] >= below)
      throw InputError(
          path, place(name, k) + " = " + std::to_string(values[k]) + "; allowed: below " + std::to_string(below));
}

void check_count(const std::string& path, const std::string& name, std::uint64_t found, std::uint64_t wanted,
                 const std::string& as) {
  if (found != wanted)
    throw InputError(
        path, name + " has " + std::to_string(found) + " values, must have " + std::to_string(wanted) + " " + as);
}

// Which row each entry belongs to.
std::vector<std::uint32_t> rows_of(const std::string& path, const std::vector<std::uint64_t>& indptr,
                                   std::uint64_t rows, std::uint64_t entries) {
  check_count(path, "indptr", indptr.size(), rows + 1, "(the rows of shape and one)");
  if (indptr.front() != 0) throw InputError(path, "indptr[0] = " + std::to_string(indptr[0]) + "; allowed: 0");
  for (std::uint64_t i = 0; i < rows; ++i)
    if (indptr[i + 1] < indptr[i] || indptr[i + 1] > entries)
      throw InputError(path, place("indptr", i + 1) + " = " + std::to_string(indptr[i + 1]) +
                                 "; allowed: " + std::to_string(indptr[i]) + " to " + std::to_string(entries));
  if (indptr[rows] != entries)
    throw InputError(path, place("indptr", rows) + " = " + std::to_string(indptr[rows]) +
                               "; allowed: " + std::to_string(entries) + ", the number of indices");
  std::vector<std::uint32_t> row(entries);
  for (std::uint64_t i = 0; i < rows; ++i)
    std::fill(row.begin() + static_cast<std::ptrdiff_t>(indptr[i]),
              row.begin() + static_cast<std::ptrdiff_t>(indptr[i + 1]), static_cast<std::uint32_t>(i));
  return row;
}

void check_shape(const std::string& path, std::uint64_t rows, std::uint64_t cols, bool need_square) {
  std::string found("(");
  found.append(std::to_string(rows)).append(", ").append(std::to_string(cols)).append(")");
  if (need_square && rows != cols)
    throw InputError(path, "has shape " + found + "; allowed: a square matrix, as many rows as columns");
  if (rows > kMaxNeurons || cols > kMaxNeurons || rows == 0 || cols == 0)
    throw InputError(path,
                     "has shape " + found + "; allowed: 1 to " + std::to_string(kMaxNeurons) + " rows and columns");
}

// Blocks of entries, of which those that are 0 are no synapses.
void read_blocks(const NpzReader& file, const std::string& path, ForeignNetwork& out) {
  const auto shape = file.shape("data");
  if (shape.size() != 3 || shape[1] == 0 || shape[2] == 0 || out.rows % shape[1] != 0 || out.cols % shape[2] != 0)
    throw InputError(path, "data has a shape that makes no blocks of its matrix; allowed: (blocks, rows, columns)");
  const std::uint64_t height = shape[1], width = shape[2];
  const auto columns = file.read<std::uint32_t>("indices");
  check_count(path, "indices", columns.size(), shape[0], "as there are blocks");
  check_indices(path, "indices", columns, out.cols / width);
  const auto rows = rows_of(path, file.read<std::uint64_t>("indptr"), out.rows / height, columns.size());
  const auto data = file.read<double>("data");
  check_finite(path, "data", data);
  EdgeList& edges = out.given.synapses;
  for (std::size_t b = 0, k = 0; b < columns.size(); ++b)
    for (std::uint64_t r = 0; r < height; ++r)
      for (std::uint64_t c = 0; c < width; ++c, ++k) {
        if (data[k] == 0) continue;
        edges.source.push_back(static_cast<std::uint32_t>(rows[b] * height + r));
        edges.target.push_back(static_cast<std::uint32_t>(columns[b] * width + c));
        edges.weight.push_back(data[k]);
      }
}

}  // namespace

ForeignNetwork read_scipy(const NpzReader& file, const std::string& path, bool need_square, const InputLimits& limits) {
  const auto words = file.read_text("format");
  const std::string format = words.size() == 1 ? words[0] : "";
  if (format != "csr" && format != "csc" && format != "coo" && format != "bsr")
    throw InputError(path, "has the sparse format " + in_quotes(format.substr(0, 40)) +
                               "; allowed: csr, csc, coo or bsr: scipy.sparse.save_npz(path, W.tocsr())");
  const bool coo = format == "coo", by_column = format == "csc";
  std::vector<std::string> used{"format", "shape", "data", "_is_array"}, missing;
  for (const char* name : {"row", "col"})
    if (coo) used.emplace_back(name);
  for (const char* name : {"indices", "indptr"})
    if (!coo) used.emplace_back(name);
  std::string lacks;
  for (const std::string& name : used)
    if (name != "_is_array" && !file.has(name)) lacks += (lacks.empty() ? "" : ", ") + name;
  if (!lacks.empty()) throw InputError(path, "is a sparse matrix (" + format + ") that lacks " + lacks);
  const auto shape = file.read<std::uint64_t>("shape");
  if (shape.size() != 2) throw InputError(path, "shape must have two entries, and has " + std::to_string(shape.size()));
  ForeignNetwork out;
  out.rows = shape[0];
  out.cols = shape[1];
  check_shape(path, out.rows, out.cols, need_square);
  std::uint64_t entries = 1;  // no more than the file has bytes
  for (const std::uint64_t n : file.shape("data")) entries *= n;
  check_file_limits(path, out.rows, entries, limits);
  out.given.neurons = static_cast<std::uint32_t>(out.rows);
  EdgeList& edges = out.given.synapses;
  if (format == "bsr") {
    read_blocks(file, path, out);
    used.emplace_back("blocks");
    for (const char* name : {"delay_ms", "delay_steps"})
      if (file.has(name) && !file.shape(name).empty())
        throw InputError(path, std::string(name) + " has a value an entry, which blocks do not keep; allowed: csr");
  } else if (coo) {
    edges.source = file.read<std::uint32_t>("row");
    edges.target = file.read<std::uint32_t>("col");
    edges.weight = file.read<double>("data");
    check_count(path, "row", edges.source.size(), edges.weight.size(), "as data");
    check_count(path, "col", edges.target.size(), edges.weight.size(), "as data");
    check_indices(path, "row", edges.source, out.rows);
    check_indices(path, "col", edges.target, out.cols);
  } else {
    edges.weight = file.read<double>("data");
    auto minor = file.read<std::uint32_t>("indices");
    check_count(path, "indices", minor.size(), edges.weight.size(), "as data");
    check_indices(path, "indices", minor, by_column ? out.rows : out.cols);
    auto major = rows_of(path, file.read<std::uint64_t>("indptr"), by_column ? out.cols : out.rows, minor.size());
    edges.source = std::move(by_column ? minor : major);
    edges.target = std::move(by_column ? major : minor);
  }
  check_finite(path, "data", edges.weight);
  read_extra_arrays(file, path, edges.source.size(), used, out);
  return out;
}

ForeignNetwork read_dense(const std::string& path, const std::vector<std::uint64_t>& shape,
                          const std::vector<double>& values, const InputLimits& limits) {
  if (shape.size() != 2)
    throw InputError(path,
                     "has an array of " + std::to_string(shape.size()) + " dimensions; allowed: a matrix, of two");
  ForeignNetwork out;
  out.rows = shape[0];
  out.cols = shape[1];
  check_shape(path, out.rows, out.cols, false);
  out.given.neurons = static_cast<std::uint32_t>(out.rows);
  EdgeList& edges = out.given.synapses;
  for (std::uint64_t i = 0, k = 0; i < out.rows; ++i)
    for (std::uint64_t j = 0; j < out.cols; ++j, ++k) {
      if (values[k] == 0) continue;
      if (!std::isfinite(values[k]))
        throw InputError(path, "row " + std::to_string(i) + ", column " + std::to_string(j) + ": found " +
                                   shown(values[k]) + "; allowed: a finite number");
      check_file_limits(path, out.rows, edges.source.size() + 1, limits);
      edges.source.push_back(static_cast<std::uint32_t>(i));
      edges.target.push_back(static_cast<std::uint32_t>(j));
      edges.weight.push_back(values[k]);
    }
  return out;
}

double read_step(const NpzReader& file, const std::string& path) {
  const auto values = file.read<double>("step_ms");
  if (values.size() != 1 || !(values[0] > 0 && std::isfinite(values[0])))
    throw InputError(path, "step_ms must be one number above 0");
  return values[0];
}

void read_extra_arrays(const NpzReader& file, const std::string& path, std::uint64_t synapses,
                       const std::vector<std::string>& used, ForeignNetwork& out) {
  std::vector<std::string> unread;
  const auto spread = [&](const std::string& name, std::uint64_t count, const char* as) {
    auto values = file.read<double>(name);
    if (file.shape(name).empty()) return std::vector<double>(count, values.at(0));
    if (file.shape(name).size() != 1) throw InputError(path, name + " must have one dimension, or be a scalar");
    check_count(path, name, values.size(), count, as);
    return values;
  };
  for (const std::string& name : file.names()) {
    if (std::find(used.begin(), used.end(), name) != used.end()) continue;
    const auto* field = std::find_if(std::begin(kNeuronFields), std::end(kNeuronFields),
                                     [&](const NeuronField& f) { return name == f.name; });
    if (field != std::end(kNeuronFields)) {
      auto values = file.read<double>(name);
      if (file.shape(name).size() > 1) throw InputError(path, name + " must have one dimension, or be a scalar");
      if (values.empty()) throw InputError(path, name + " is empty; allowed: a value a neuron, or a scalar");
      for (std::size_t i = 0; i < values.size(); ++i)
        if (!field->allowed.contains(values[i]))
          throw InputError(
              path, place(name, i) + " = " + shown(values[i]) + "; allowed: " + number_words(field->allowed, false));
      out.given.values.*field->values = std::move(values);  // a scalar is spread when the neurons are counted
    } else if (name == "delay_ms") {
      out.given.synapses.delay_ms = spread(name, synapses, "as there are synapses");
      for (std::size_t k = 0; k < out.given.synapses.delay_ms.size(); ++k)
        if (!(out.given.synapses.delay_ms[k] > 0 && std::isfinite(out.given.synapses.delay_ms[k])))
          throw InputError(path,
                           place(name, k) + " = " + shown(out.given.synapses.delay_ms[k]) + "; allowed: above 0 ms");
    } else if (name == "delay_steps") {
      for (const double steps : spread(name, synapses, "as there are synapses")) {
        if (!(steps >= 1 && steps <= kMaxDelaySteps && steps == std::floor(steps)))
          throw InputError(path, place(name, out.given.delay_steps.size()) + " = " + shown(steps) + "; allowed: 1 to " +
                                     std::to_string(kMaxDelaySteps));
        out.given.delay_steps.push_back(static_cast<std::uint16_t>(steps));
      }
    } else if (name == "step_ms") {
      out.step_ms = read_step(file, path);
    } else if (name == "orientation") {
      const auto text = file.read_text(name);
      constexpr auto names = words_of(Orientation{});
      const auto found = text.size() == 1 ? std::find(names.begin(), names.end(), text[0]) : names.end();
      if (found == names.end())
        throw InputError(path, "orientation must be " + choice_words(names.data(), names.size()));
      out.orientation = static_cast<Orientation>(found - names.begin());
    } else if (name == "neuron_name") {
      out.given.name = file.read_text(name);
      if (out.given.name.empty()) throw InputError(path, name + " is empty; allowed: a name a neuron");
    } else {
      unread.push_back(name);
    }
  }
  if (!out.given.synapses.delay_ms.empty() && !out.given.delay_steps.empty())
    throw InputError(path, "has both delay_ms and delay_steps; allowed: one of them");
  std::string list;
  for (const std::string& name : unread) list += (list.empty() ? "" : ", ") + name.substr(0, 40);
  if (!unread.empty()) out.notes.push_back("its arrays " + list + " are not read");
}

}  // namespace sprig
