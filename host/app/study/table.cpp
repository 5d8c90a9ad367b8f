#include "host/app/study/table.hpp"

#include <algorithm>
#include <cmath>

namespace sprig::app {

namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

double score(const Row& r) { return r.score; }
double validation_score(const Row& r) { return r.validation_score; }
double valid_time(const Row& r) { return r.vpt; }
double operations(const Row& r) { return r.sops; }

// The columns that are plain means, with the digits they are shown with.
struct Column {
  const char* name;
  double (*field)(const Row&);
  int digits;
};
constexpr Column kColumns[] = {{"neurons", [](const Row& r) { return static_cast<double>(r.neurons); }, 6},
                               {"synapses", [](const Row& r) { return static_cast<double>(r.synapses); }, 7},
                               {"SOPs", operations, 4},
                               {"SOPs+readout", [](const Row& r) { return r.sops_readout; }, 4},
                               {"nJ", [](const Row& r) { return r.energy_nj; }, 3},
                               {"rate Hz", [](const Row& r) { return r.rate_hz; }, 3},
                               {"lambda task", [](const Row& r) { return r.lambda_task; }, 3},
                               {"lambda_max", [](const Row& r) { return r.lambda_max; }, 3},
                               {"inhibitory", [](const Row& r) { return r.inhibitory; }, 3},
                               {"factor exc", [](const Row& r) { return r.factor_excitatory; }, 3},
                               {"factor inh", [](const Row& r) { return r.factor_inhibitory; }, 3},
                               {"memory capacity", [](const Row& r) { return r.memory_capacity; }, 3},
                               {"D_KY", [](const Row& r) { return r.dimension; }, 3},
                               {"spectral distance", [](const Row& r) { return r.spectral_distance; }, 3}};
// Of these, what the text shows; the rest would not fit a line.
constexpr const char* kShown[] = {"neurons", "synapses", "inhibitory", "SOPs", "rate Hz", "lambda task"};

bool shown(const Column& column) {
  return std::any_of(std::begin(kShown), std::end(kShown),
                     [&](const char* name) { return std::string(column.name) == name; });
}

std::string latex_escaped(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (std::string("_%&#$").find(c) != std::string::npos) out += '\\';
    out += c;
  }
  return out;
}

std::string latex_interval(const Interval& i, int digits) {
  if (std::isnan(i.mean)) return "--";
  std::string text = interval_text(i.mean, i.half_width, digits);
  const std::size_t sign = text.find(" +- ");
  if (sign != std::string::npos) text.replace(sign, 4, " \\pm ");
  return "$" + text + "$";
}

}  // namespace

std::string Summary::text() const {
  const std::vector<std::size_t> starts = section_starts();
  std::string out;
  for (std::size_t s = 0; s + 1 < starts.size(); ++s) {
    const Line& line = grid_.lines[starts[s]];
    out += (out.empty() ? "" : "\n") + line.task + ", " + std::string(name_of(line.training)) + ":\n" +
           section(starts[s], starts[s + 1]);
  }
  return out;
}

std::string Summary::section(std::size_t first, std::size_t last) const {
  bool variants = false, vpt = false, gains = false;
  for (std::size_t v = first; v < last; ++v) {
    gains |= !chosen(v);
    variants |= !grid_.lines[v].variant.empty();
    vpt |= !values(v, valid_time).empty();
  }
  std::vector<std::string> header{"method"};
  if (variants) header.push_back("variant");
  header.push_back("kept");
  if (gains) header.push_back("gain");
  header.push_back(measure(first));
  if (vpt) header.push_back(vpt_in_samples(first) ? "VPT samples" : "VPT");
  for (const Column& column : kColumns)
    if (shown(column)) header.push_back(column.name);
  header.insert(header.end(), {"- dense", "- random", "rank"});
  if (variants) header.push_back("- plain");
  TextTable table(header);
  for (std::size_t v = first; v < last; ++v) {
    if (!chosen(v)) continue;
    const Interval error = mean(v, score), time = mean(v, valid_time);
    std::vector<std::string> cells{std::string(name_of(grid_.lines[v].method))};
    if (variants) cells.push_back(grid_.lines[v].variant);
    cells.push_back(number_text(grid_.lines[v].density));
    if (gains) cells.push_back(number_text(grid_.lines[v].gain) + (at_edge(v) ? "!" : ""));
    cells.push_back(interval_text(error.mean, error.half_width));
    if (vpt) cells.push_back(interval_text(time.mean, time.half_width, 2));
    for (const Column& column : kColumns)
      if (shown(column)) cells.push_back(number_text(mean(v, column.field).mean, column.digits));
    const double place = rank(v);
    cells.insert(cells.end(),
                 {against(v, dense_of(v)), against(v, random_of(v)), std::isnan(place) ? "" : number_text(place, 2)});
    if (variants) cells.push_back(against(v, base_of(v)));
    table.add(std::move(cells));
  }
  return table.text();
}

std::string Summary::csv() const {
  std::vector<std::string> header{"task",          "training", "variant", "method",     "density",          "gain",
                                  "seeds",         "measure",  "score",   "half_width", "validation_score", "vpt",
                                  "vpt_half_width"};
  for (const Column& column : kColumns) header.push_back(column.name);
  header.insert(header.end(), {"minus_dense", "minus_dense_half_width", "minus_random", "minus_random_half_width",
                               "minus_plain", "minus_plain_half_width", "rank"});
  TextTable table(header);
  for (std::size_t v = 0; v < grid_.lines.size(); ++v) {
    if (!chosen(v)) continue;
    const Line& line = grid_.lines[v];
    const Interval error = mean(v, score), time = mean(v, valid_time);
    std::vector<std::string> cells{line.task,
                                   std::string(name_of(line.training)),
                                   line.variant,
                                   std::string(name_of(line.method)),
                                   number_text(line.density, 6),
                                   number_text(line.gain, 6),
                                   std::to_string(values(v, score).size()),
                                   measure(v),
                                   number_text(error.mean, 6),
                                   number_text(error.half_width, 6),
                                   number_text(mean(v, validation_score).mean, 6),
                                   number_text(time.mean, 6),
                                   number_text(time.half_width, 6)};
    for (const Column& column : kColumns) cells.push_back(number_text(mean(v, column.field).mean, 6));
    for (const auto& other : {dense_of(v), random_of(v), base_of(v)}) {
      const Interval d = other && *other != v ? difference(v, *other) : Interval{kNaN, kNaN};
      cells.insert(cells.end(), {number_text(d.mean, 6), number_text(d.half_width, 6)});
    }
    cells.push_back(number_text(rank(v), 6));
    for (std::string& cell : cells)
      if (cell == "n/a") cell.clear();
    table.add(std::move(cells));
  }
  return table.csv();
}

std::string Summary::latex() const {
  std::string out =
      "% needs \\usepackage{booktabs}; mean and 95 % interval over " + std::to_string(grid_.seeds) +
      " seeds\n\\begin{tabular}{lrrrrrr}\n\\toprule\nmethod & kept & score & VPT & SOPs & $-$ dense & $-$ random "
      "\\\\\n";
  const std::vector<std::size_t> starts = section_starts();
  for (std::size_t s = 0; s + 1 < starts.size(); ++s) {
    const Line& first = grid_.lines[starts[s]];
    out += "\\midrule\n\\multicolumn{7}{l}{" + latex_escaped(first.task) + ", " + std::string(name_of(first.training)) +
           ": " + measure(starts[s]) + "} \\\\\n";
    for (std::size_t v = starts[s]; v < starts[s + 1]; ++v) {
      if (!chosen(v)) continue;
      const Line& line = grid_.lines[v];
      const auto minus = [&](std::optional<std::size_t> other) {
        return other && *other != v ? latex_interval(difference(v, *other), 3) : std::string();
      };
      out += latex_escaped(std::string(name_of(line.method)) + (line.variant.empty() ? "" : ", " + line.variant)) +
             " & " + number_text(line.density) + " & " + latex_interval(mean(v, score), 3) + " & " +
             latex_interval(mean(v, valid_time), 2) + " & " + number_text(mean(v, operations).mean, 4) + " & " +
             minus(dense_of(v)) + " & " + minus(random_of(v)) + " \\\\\n";
    }
  }
  return out + "\\bottomrule\n\\end{tabular}\n";
}

Json Summary::json() const {
  Json list = Json::array();
  for (std::size_t v = 0; v < grid_.lines.size(); ++v) {
    if (!chosen(v)) continue;
    const Line& line = grid_.lines[v];
    Json entry{{"task", line.task},
               {"training", name_of(line.training)},
               {"variant", line.variant},
               {"method", name_of(line.method)},
               {"density", line.density},
               {"gain", line.gain},
               {"gain_at_edge", at_edge(v)},
               {"seeds", values(v, score).size()},
               {"measure", measure(v)},
               {"score", interval_json(mean(v, score))},
               {"validation_score", interval_json(mean(v, validation_score))},
               {"vpt", interval_json(mean(v, valid_time))},
               {"sops", interval_json(mean(v, operations))},
               {"rank", rank(v)}};
    for (const Column& column : kColumns)
      if (column.field != operations) entry[column.name] = mean(v, column.field).mean;
    for (const auto& [other, name] :
         {std::pair{dense_of(v), "minus_dense"}, {random_of(v), "minus_random"}, {base_of(v), "minus_plain"}}) {
      if (!other || *other == v) continue;
      const Interval d = difference(v, *other);
      entry[name] = {{"mean", d.mean}, {"half_width", d.half_width}, {"tie", is_tie(d)}};
    }
    list.push_back(entry);
  }
  return list;
}

Json Summary::curves() const {
  Json list = Json::array();
  for (std::size_t v = 0; v < grid_.lines.size(); ++v) {
    const Line& line = grid_.lines[v];
    list.push_back({{"task", line.task},
                    {"training", name_of(line.training)},
                    {"variant", line.variant},
                    {"method", name_of(line.method)},
                    {"density", line.density},
                    {"gain", line.gain},
                    {"chosen", static_cast<bool>(chosen_[v])},
                    {"score", interval_json(mean(v, score))},
                    {"validation_score", interval_json(mean(v, validation_score))},
                    {"sops", interval_json(mean(v, operations))},
                    {"rate_hz", interval_json(mean(v, [](const Row& r) { return r.rate_hz; }))},
                    {"lambda_task", interval_json(mean(v, [](const Row& r) { return r.lambda_task; }))}});
  }
  return list;
}

std::string Summary::against(std::size_t line, std::optional<std::size_t> other) const {
  if (!other || *other == line) return "";
  const Interval d = difference(line, *other);
  if (std::isnan(d.half_width)) return number_text(d.mean, 3);
  return interval_text(d.mean, d.half_width) + (is_tie(d) ? " tie" : d.mean < 0 ? " better" : " worse");
}

}  // namespace sprig::app
