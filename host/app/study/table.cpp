#include "host/app/study/table.hpp"

#include <cmath>
#include <tuple>

namespace sprig::app {

namespace {

double score(const Row& r) { return r.score; }
double validation_score(const Row& r) { return r.validation_score; }
double valid_time(const Row& r) { return r.vpt; }
double operations(const Row& r) { return r.sops; }

// The columns that are plain means.
struct MeanColumn {
  const char* name;
  double (*field)(const Row&);
  int digits;
};
constexpr MeanColumn kMeans[] = {{"neurons", [](const Row& r) { return static_cast<double>(r.neurons); }, 6},
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

// All but `left_out`, after `names`.
ColumnNames with_means(ColumnNames names, const std::string& left_out = {}) {
  for (const MeanColumn& column : kMeans)
    if (column.name != left_out) names.emplace_back(column.name);
  return names;
}

// A difference of errors in words.
std::string verdict_text(const Interval& d) {
  if (std::isnan(d.half_width)) return number_text(d.mean, 3);
  return interval_text(d.mean, d.half_width) + (is_tie(d) ? " tie" : d.mean < 0 ? " better" : " worse");
}

void append(ColumnNames& names, const ColumnNames& more) { names.insert(names.end(), more.begin(), more.end()); }

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

// `first`: a line of the section whose titles they have.
Columns<std::size_t> Summary::columns(std::size_t first) const {
  const auto of_line = [this](auto get) {
    return [=, this](std::size_t v) -> TableValue { return get(grid_.lines[v]); };
  };
  const auto mean_of = [this](Field field) {
    return [=, this](std::size_t v) -> TableValue { return mean(v, field); };
  };
  std::vector<Column<std::size_t>> list{
      {"task", "task", of_line([](const Line& line) { return line.task; })},
      {"training", "training", of_line([](const Line& line) { return std::string(name_of(line.training)); })},
      {"variant", "variant", of_line([](const Line& line) { return line.variant; })},
      {"method", "method", of_line([](const Line& line) { return std::string(name_of(line.method)); })},
      {"series", "method", of_line([](const Line& line) {
         return std::string(name_of(line.method)) + (line.variant.empty() ? "" : ", " + line.variant);
       })},
      {"density", "kept", of_line([](const Line& line) { return line.density; })},
      {.name = "gain",
       .title = "gain",
       .value = of_line([](const Line& line) { return line.gain; }),
       .text = [this](std::size_t v) { return number_text(grid_.lines[v].gain) + (at_edge(v) ? "!" : ""); }},
      {"gain_at_edge", "at edge", [this](std::size_t v) -> TableValue { return at_edge(v); }},
      {"seeds", "seeds", [this](std::size_t v) -> TableValue { return std::uint64_t{values(v, score).size()}; }},
      {"measure", "measure", [this](std::size_t v) -> TableValue { return measure(v); }},
      {"score", measure(first), mean_of(score), 3, "half_width"},
      {"validation_score", "validation", mean_of(validation_score), 3},
      {"vpt", vpt_in_samples(first) ? "VPT samples" : "VPT", mean_of(valid_time), 2, "vpt_half_width"},
      {"sops", "SOPs", mean_of(operations), 4},
      {.name = "rank",
       .title = "rank",
       .value = [this](std::size_t v) -> TableValue { return rank(v); },
       .text = [this](std::size_t v) { return std::isnan(rank(v)) ? "" : number_text(rank(v), 2); }}};
  for (const MeanColumn& column : kMeans)
    list.push_back({column.name, column.name,
                    [this, &column](std::size_t v) -> TableValue { return mean(v, column.field).mean; },
                    column.digits});
  using Other = std::optional<std::size_t> (Summary::*)(std::size_t) const;
  for (const auto& [name, title, other] :
       {std::tuple<const char*, const char*, Other>{"minus_dense", "- dense", &Summary::dense_of},
        {"minus_random", "- random", &Summary::random_of},
        {"minus_plain", "- plain", &Summary::base_of}}) {
    const auto minus = [this, of = other](std::size_t v) -> std::optional<Interval> {
      const std::optional<std::size_t> line = (this->*of)(v);
      return line && *line != v ? std::optional(difference(v, *line)) : std::nullopt;
    };
    list.push_back({.name = name,
                    .title = title,
                    .value =
                        [=](std::size_t v) {
                          const auto d = minus(v);
                          return d ? TableValue(*d) : TableValue();
                        },
                    .digits = 3,
                    .half_width = std::string(name) + "_half_width",
                    .text =
                        [=](std::size_t v) {
                          const auto d = minus(v);
                          return d ? verdict_text(*d) : "";
                        },
                    .json =
                        [=](std::size_t v) {
                          Json json = interval_json(*minus(v));
                          json["tie"] = is_tie(*minus(v));
                          return json;
                        }});
  }
  return Columns<std::size_t>(std::move(list));
}

std::vector<std::size_t> Summary::chosen_lines(std::size_t first, std::size_t last) const {
  std::vector<std::size_t> lines;
  for (std::size_t v = first; v < last; ++v)
    if (chosen(v)) lines.push_back(v);
  return lines;
}

// The table of lines [first, last): of the means, those that fit a line.
std::string Summary::section(std::size_t first, std::size_t last) const {
  bool variants = false, vpt = false, gains = false;
  for (std::size_t v = first; v < last; ++v) {
    gains |= !chosen(v);
    variants |= !grid_.lines[v].variant.empty();
    vpt |= !values(v, valid_time).empty();
  }
  ColumnNames names{"method"};
  if (variants) names.emplace_back("variant");
  names.emplace_back("density");
  if (gains) names.emplace_back("gain");
  names.emplace_back("score");
  if (vpt) names.emplace_back("vpt");
  append(names, {"neurons", "synapses", "SOPs", "rate Hz", "lambda task", "inhibitory", "minus_dense", "minus_random",
                 "rank"});
  if (variants) names.emplace_back("minus_plain");
  return columns(first).text(chosen_lines(first, last), names);
}

std::string Summary::csv() const {
  ColumnNames names = with_means({"task", "training", "variant", "method", "density", "gain", "seeds", "measure",
                                  "score", "validation_score", "vpt"});
  append(names, {"minus_dense", "minus_random", "minus_plain", "rank"});
  return columns(0).csv(chosen_lines(0, grid_.lines.size()), names);
}

std::string Summary::latex() const {
  std::string out =
      "% needs \\usepackage{booktabs}; mean and 95 % interval over " + std::to_string(grid_.seeds) +
      " seeds\n\\begin{tabular}{lrrrrrr}\n\\toprule\nmethod & kept & score & VPT & SOPs & $-$ dense & $-$ random "
      "\\\\\n";
  const std::vector<std::size_t> starts = section_starts();
  const Columns<std::size_t> rows = columns(0);
  for (std::size_t s = 0; s + 1 < starts.size(); ++s) {
    const Line& first = grid_.lines[starts[s]];
    out += "\\midrule\n\\multicolumn{7}{l}{" + latex_escaped(first.task) + ", " + std::string(name_of(first.training)) +
           ": " + measure(starts[s]) + "} \\\\\n";
    for (const std::size_t v : chosen_lines(starts[s], starts[s + 1]))
      out += rows.latex_row(v, {"series", "density", "score", "vpt", "SOPs", "minus_dense", "minus_random"});
  }
  return out + "\\bottomrule\n\\end{tabular}\n";
}

Json Summary::json() const {
  ColumnNames names = with_means({"task", "training", "variant", "method", "density", "gain", "gain_at_edge", "seeds",
                                  "measure", "score", "validation_score", "vpt", "sops", "rank"},
                                 "SOPs");
  append(names, {"minus_dense", "minus_random", "minus_plain"});
  const Columns<std::size_t> rows = columns(0);
  Json list = Json::array();
  for (const std::size_t v : chosen_lines(0, grid_.lines.size())) list.push_back(rows.json(v, names));
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

}  // namespace sprig::app
