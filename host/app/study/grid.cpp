#include "host/app/study/grid.hpp"

#include <algorithm>
#include <charconv>
#include <set>
#include <unordered_map>

#include "host/app/check_lyapunov.hpp"
#include "host/app/study/result_key.hpp"
#include "sprig/core/error.hpp"
#include "sprig/core/hash.hpp"
#include "sprig/core/refuse.hpp"
#include "sprig/pruning/options.hpp"
#include "sprig/session/network.hpp"
#include "sprig/session/rounding_notes.hpp"

namespace sprig::app {

namespace {

// "lorenz63_x": the system, its first coordinate alone fed in.
NamedSettings task_settings(const std::string& text, const Config& config) {
  if (text.find(':') != std::string::npos) return named_settings(text, "study.tasks");
  const auto without = [&](const std::string& ending) {
    return text.ends_with(ending) ? text.substr(0, text.size() - ending.size()) : std::string();
  };
  if (const std::string system = without("_x"); !system.empty())
    return {text, {"task.system=" + system, "task.observed=[0]"}};
  if (const std::string system = without("_full"); !system.empty()) {
    ForecastOptions task = config.task;
    task.system = system;
    std::string all;
    for (std::uint32_t c = 0; c < series_channels(task, 1); ++c) all += (c == 0 ? "" : ", ") + std::to_string(c);
    return {text, {"task.system=" + system, "task.observed=[" + all + "]"}};
  }
  return {text, {"task.system=" + text}};
}

bool sets(const NamedSettings& variant, const char* prefix) {
  return std::any_of(variant.assignments.begin(), variant.assignments.end(),
                     [&](const std::string& a) { return a.starts_with(prefix); });
}

bool only_prunes(const NamedSettings& variant) {
  return std::all_of(variant.assignments.begin(), variant.assignments.end(), [](const std::string& a) {
    return a.starts_with("prune.") || a.starts_with("delocalise.") || a.starts_with("timescales.") ||
           a.starts_with("lyapunov.") || a.starts_with("study.");
  });
}

// Controls read none of these.
bool only_scores(const NamedSettings& variant) {
  return std::all_of(variant.assignments.begin(), variant.assignments.end(), [](const std::string& a) {
    return a.starts_with("prune.score") || a.starts_with("prune.per_neuron") || a.starts_with("prune.linearisation") ||
           a.starts_with("delocalise.") || a.starts_with("prune.epsilon") || a.starts_with("prune.margin") ||
           a.starts_with("timescales.") || a.starts_with("study.");
  });
}

void refuse_repeated(const std::vector<NamedSettings>& list, const char* key) {
  std::set<std::string> names;
  for (const NamedSettings& settings : list)
    if (!names.insert(settings.name).second) throw ConfigError(key, "has \"" + settings.name + "\" twice");
}

// Two lines of one key would be one cell.
void refuse_repeated(std::vector<double> list, const char* key) {
  std::sort(list.begin(), list.end());
  const auto twice = std::adjacent_find(list.begin(), list.end());
  if (twice != list.end()) refuse(key, shown(*twice) + " twice", "distinct numbers");
}

// Settings are configurations of their own, the tables of a network in words among them.
void refuse_many(const Config& config, std::size_t settings) {
  constexpr std::size_t kMost = 100'000;
  const NetworkDescription& network = config.description;
  const std::size_t tables =
      network.populations.size() + network.projections.size() + config.stimuli.size() + config.records.size();
  if (settings > kMost / (1 + tables))
    refuse("study.variants",
           std::to_string(settings) + " settings of " + std::to_string(tables) + " [[population]] and other tables",
           "a product of up to " + std::to_string(kMost));
}

// The methods and densities of one setting, of one training.
void add_lines(StudyGrid& grid, std::size_t index, Training training, bool lnp_alone) {
  const Setting& setting = grid.settings[index];
  const StudySection& study = setting.config.study;
  const auto add = [&](PruneMethod method, double density) {
    for (const double gain : method == PruneMethod::none ? std::vector{1.0} : study.gains)
      grid.lines.push_back({index, setting.task, setting.variant, training, method, density, gain});
  };
  for (const PruneMethod method : lnp_alone ? std::vector{PruneMethod::lnp} : study.methods) {
    if (method == PruneMethod::dense)
      add(method, 1);
    else if (method == PruneMethod::none)
      add(method, 0);
    else
      for (const double density : study.densities) add(method, density);
  }
}

void hash_configuration(Line& line, const Setting& setting) {
  line.cells = result_key(setting.config, setting.contents);
  Config config = setting.config;
  config.training = Config{}.training;
  PruneOptions options = config.prune;
  options.method = line.method;
  if (!needs_activity(options)) config.task = Config{}.task;
  line.prunings = result_key(config, setting.contents);
}

Hash key_on_seed(Hash of_line, const StudyGrid& grid, std::size_t cell) {
  const Line& line = grid.line_of(cell);
  of_line.add(grid.seed_of(cell));
  add_text(of_line, name_of(line.method));
  return of_line.add(line.density);
}

}  // namespace

StudyGrid study_grid(const Config& config) {
  StudyGrid grid;
  FileContents contents;
  grid.seeds = config.study.seeds;
  std::vector<NamedSettings> variants{{}}, tasks;
  for (const std::string& text : config.study.variants) variants.push_back(named_settings(text, "study.variants"));
  for (const std::string& text : config.study.tasks) tasks.push_back(task_settings(text, config));
  if (tasks.empty()) tasks.push_back({config.task.system, {}});
  refuse_repeated(tasks, "study.tasks");
  refuse_repeated(variants, "study.variants");
  Config base = config;  // each setting keeps a copy, without the lists that it stands in
  base.study.tasks.clear();
  base.study.variants.clear();
  base.learn.variants.clear();
  if (base.study.mode != StudyMode::operating_point) base.operating_point.axes.clear();
  refuse_many(base, tasks.size() * variants.size());
  for (const NamedSettings& task : tasks) {
    const std::size_t first = grid.settings.size();
    for (const NamedSettings& variant : variants) {
      grid.settings.push_back({task.name, variant.name,
                               with_settings(with_settings(base, task, "study.tasks"), variant, "study.variants"),
                               only_prunes(variant), only_scores(variant)});
      Setting& setting = grid.settings.back();
      finish_config(setting.config);
      refuse_repeated(setting.config.study.gains, "study.gains");
      refuse_repeated(setting.config.study.densities, "study.densities");
      if (setting.config.prune.timescales.every_method && sets(variant, "timescales."))
        setting.shares_dense = setting.shares_controls = false;  // whose time constants it searches too
      setting.contents = contents.of(setting.config);
    }
    for (const Training training : config.study.trainings)
      for (std::size_t v = 0; v < variants.size(); ++v)
        add_lines(grid, first + v, training,
                  v > 0 && grid.settings[first + v].shares_dense && !sets(variants[v], "study.methods"));
  }
  for (Line& line : grid.lines) hash_configuration(line, grid.settings[line.setting]);
  return grid;
}

void check_study(const StudyGrid& grid, std::vector<std::string>& notes) {
  for (const Setting& setting : grid.settings) {
    const Network network = make_constant_network(setting.config, setting.config.simulation.seed, &notes);
    note_delays(setting.config, network.step_ms, notes);
    note_neurons(setting.config, network, notes);
    check_task(setting.config.task, network.step_ms);
    for (const PruneMethod method : setting.config.study.methods) {
      PruneOptions options = setting.config.prune;
      options.method = method;
      const Drive drive = make_drive(setting.config, network);
      check_prune_options(options, network, drive);
      if (measures_before(options) || needs_exponents(options)) check_lyapunov(setting.config.lyapunov, network, drive);
    }
  }
}

Hash cell_key(const StudyGrid& grid, std::size_t cell) {
  const Line& line = grid.line_of(cell);
  Hash hash = key_on_seed(line.cells, grid, cell);
  add_text(hash, name_of(line.training));
  return hash.add(line.gain);
}

Hash pruning_key(const StudyGrid& grid, std::size_t cell) {
  return key_on_seed(grid.line_of(cell).prunings, grid, cell);
}

std::vector<std::vector<std::size_t>> pruning_groups(const StudyGrid& grid) {
  std::vector<std::vector<std::size_t>> groups;
  std::unordered_map<std::uint64_t, std::size_t> group_of;
  for (std::size_t s = 0; s < grid.seeds; ++s)
    for (std::size_t line = 0; line < grid.lines.size(); ++line) {
      const std::size_t cell = line * grid.seeds + s;
      const auto [entry, is_new] = group_of.emplace(pruning_key(grid, cell).value(), groups.size());
      if (is_new) groups.emplace_back();
      groups[entry->second].push_back(cell);
    }
  return groups;
}

std::vector<std::vector<std::size_t>> groups_of_part(const StudyGrid& grid, const std::string& part) {
  std::vector<std::vector<std::size_t>> all = pruning_groups(grid);
  if (part.empty()) return all;
  const char *const end = part.data() + part.size(), *slash = std::find(part.data(), end, '/');
  std::size_t k = 0, n = 0;
  const auto is_number = [](const char* from, const char* to, std::size_t& number) {
    const auto [stopped, error] = std::from_chars(from, to, number);
    return error == std::errc() && stopped == to && number > 0;
  };
  if (slash == end || !is_number(part.data(), slash, k) || !is_number(slash + 1, end, n) || k > n)
    refuse("study.part", in_quotes(part), "\"k/n\", whole numbers with 1 <= k <= n");
  if (n > all.size())
    refuse("study.part",
           in_quotes(part) + " of " + std::to_string(all.size()) + " groups of cells that share a pruned network",
           "up to " + std::to_string(all.size()) + " parts");
  std::vector<std::vector<std::size_t>> groups;
  for (std::size_t group = k - 1; group < all.size(); group += n) groups.push_back(std::move(all[group]));
  return groups;
}

}  // namespace sprig::app
