#include "host/app/learn/learner_search.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <map>

#include "host/app/learn/learning_run.hpp"
#include "sprig/core/error.hpp"
#include "sprig/core/hash.hpp"
#include "sprig/core/refuse.hpp"
#include "sprig/learning/competitive/model_memory.hpp"
#include "sprig/session/columns.hpp"
#include "sprig/session/place.hpp"
#include "sprig/session/progress.hpp"

namespace sprig::app {

namespace {

constexpr std::size_t kMostCandidates = 10000;

// A candidate over its seeds.
struct Row {
  std::string name;
  CompetitiveOptions options;
  Interval accuracy;
  double weight_bytes = 0, train_j = 0, infer_j = 0;  // energies: counted, an image
  double memory_part = 0;                             // of train_j + infer_j
  double seconds = 0;                                 // measured, an image that is answered
  double reward = 0;                                  // timestep
  std::string chosen;                                 // for what
  std::vector<double> accuracies;

  double energy() const { return train_j + infer_j; }
};

bool precision(const Config& config) { return config.model_search.mode == ModelSearchMode::precision; }

// The product of the axes as learn.variants. A candidate of 32 bits is not rounded, whatever an axis says.
std::vector<std::string> variants_of(const Config& config) {
  std::vector<std::string> all{""};
  if (config.model_search.axes.empty())
    refuse("model_search.axes", "an empty list with model_search.mode = " + shown(config.model_search.mode),
           "a list of one or more, each \"learn.key = [values]\"");
  for (const std::string& axis : config.model_search.axes) {
    std::vector<std::string> longer;
    for (const std::string& before : all)
      for (const std::string& assignment : axis_assignments(axis, "model_search.axes")) {
        if (!assignment.starts_with("learn."))
          refuse("model_search.axes", in_quotes(axis), "axes over keys of [learn]");
        longer.push_back(before + (before.empty() ? "" : "; ") + assignment);
      }
    all = std::move(longer);
    if (all.size() > kMostCandidates)
      refuse("model_search.axes", "more than " + shown(kMostCandidates) + " candidates", "fewer values");
  }
  for (std::string& assignments : all) {
    std::string name = assignments;
    for (std::size_t at; (at = name.find("learn.")) != std::string::npos;) name.erase(at, 6);
    std::replace(name.begin(), name.end(), ';', ',');
    std::replace(name.begin(), name.end(), '=', ' ');  // which names of settings do not have
    name.erase(std::remove(name.begin(), name.end(), '"'), name.end());
    if (precision(config) && assignments.find("learn.weight_bits=32") != std::string::npos)
      assignments += "; learn.weight_rounding=trunc";
    assignments = name + ": " + assignments;
  }
  return all;
}

// Of a short run of its own, one image after another: the page and the table say what a presentation takes here.
double seconds_an_image(const Learner& learner, const LearnImages& images) {
  constexpr std::uint32_t kImages = 10;
  std::vector<std::uint32_t> which;
  for (std::uint32_t k = 0; k < std::min<std::uint64_t>(kImages, images.train.size()); ++k) which.push_back(k);
  const PixelImages pixels{images.train.data, images.train.shape.pixels(), 0};
  AnyModel model = learner.model;
  std::vector<LearningJob> job(1);
  job[0].model = model.get(), job[0].images = &pixels;
  job[0].which = which, job[0].learning = false;
  const auto start = std::chrono::steady_clock::now();
  learner.system->present(job, Device::cpu, 1);
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  return took.count() / static_cast<double>(which.size());
}

std::vector<Row> rows_of(const Config& config, const LearnModels& models, const LearnImages& images) {
  const double pj = config.model_search.memory_pj_per_bit;
  const std::vector<LearnVariant> variants = learn_variants(config);
  std::vector<Row> rows;
  for (std::size_t v = 0; v < models.names.size(); ++v) {
    Row row;
    row.name = models.names[v];
    row.options = variants[v].config.learn.model;
    const std::size_t seeds = config.learn.seeds;
    double memory_j = 0;
    for (std::size_t s = 0; s < seeds; ++s) {
      const Learner& learner = models.learners[v * seeds + s];
      if (learner.scores.size() < learner.stages.size()) continue;
      row.accuracies.push_back(learner.scores.back().accuracy);
      const auto add = [&](const LearningOperations& operations, std::uint64_t count, bool learning, double& to) {
        const OperationsEnergy e = operations_energy(operations, bits_in_memory(row.options, learning), pj);
        const double share = 1 / (static_cast<double>(count) * static_cast<double>(seeds));
        to += e.total() * share;
        memory_j += e.memory_j * share;
      };
      add(learner.learning, learner.learnt, true, row.train_j);
      add(learner.scoring, learner.scored, false, row.infer_j);
    }
    if (row.accuracies.size() < seeds) continue;  // stopped or failed
    row.accuracy = mean_interval(row.accuracies);
    row.memory_part = memory_j / row.energy();
    row.weight_bytes = static_cast<double>(
        model_memory(row.options, images.train.shape.pixels(), config.model_search.stored_inhibition).synapses());
    row.seconds = seconds_an_image(models.learners[v * seeds], images);
    rows.push_back(std::move(row));
  }
  return rows;
}

// The first row is the configuration's. Marks those that are chosen.
void choose_precision(std::vector<Row>& rows) {
  std::map<std::uint32_t, Row*> best;  // of each width
  for (std::size_t k = 1; k < rows.size(); ++k) {
    Row*& now = best.try_emplace(rows[k].options.weight_bits, nullptr).first->second;
    const bool enough = now != nullptr && now->accuracy.mean >= rows[0].accuracy.mean;
    if (now == nullptr || (!enough && rows[k].accuracy.mean > now->accuracy.mean)) now = &rows[k];
  }
  for (const auto& [bits, row] : best) row->chosen = std::to_string(bits) + " bits";
}

void choose_timestep(std::vector<Row>& rows, const ModelSearchSection& search) {
  const Row& first = rows[0];
  for (Row& row : rows)
    row.reward = row.accuracy.mean - search.latency_weight * row.options.steps / first.options.steps -
                 search.energy_weight * row.energy() / first.energy();
  const auto most =
      std::max_element(rows.begin(), rows.end(), [](const Row& a, const Row& b) { return a.reward < b.reward; });
  Row* shortest = nullptr;
  for (Row& row : rows) {
    if (row.accuracy.mean < first.accuracy.mean - search.accuracy_drop) continue;
    const bool shorter = shortest == nullptr || row.options.steps < shortest->options.steps;
    const bool better =
        !shorter && row.options.steps == shortest->options.steps && row.accuracy.mean > shortest->accuracy.mean;
    if (shorter || better) shortest = &row;
  }
  most->chosen = "reward";
  if (shortest != nullptr) shortest->chosen += shortest->chosen.empty() ? "steps" : ", steps";
}

Columns<Row> row_columns() {
  using R = const Row&;
  const auto number = [](const char* name, const char* title, double Row::*of, int digits) {
    return Column<Row>{
        .name = name, .title = title, .value = [=](R r) -> TableValue { return r.*of; }, .digits = digits};
  };
  return Columns<Row>({{"network", "network", [](R r) -> TableValue { return r.name; }},
                       {"bits", "bits", [](R r) -> TableValue { return std::uint64_t{r.options.weight_bits}; }},
                       {"steps", "steps", [](R r) -> TableValue { return std::uint64_t{r.options.steps}; }},
                       {"accuracy", "accuracy", [](R r) -> TableValue { return r.accuracy; }},
                       {.name = "weight_bytes",
                        .title = "KB",
                        .value = [](R r) -> TableValue { return r.weight_bytes; },
                        .text = [](R r) { return number_text(r.weight_bytes / kKilobyte, 6); }},
                       number("train_j", "J/image train", &Row::train_j, 3),
                       number("infer_j", "J/image infer", &Row::infer_j, 3),
                       number("memory_part", "of it memory", &Row::memory_part, 2),
                       number("reward", "reward", &Row::reward, 4),
                       number("seconds", "s/image", &Row::seconds, 2),
                       {"chosen", "chosen", [](R r) -> TableValue { return r.chosen; }}});
}

ColumnNames shown_columns(const Config& config) {
  ColumnNames names{"network", "bits", "steps", "accuracy", "weight_bytes", "train_j", "infer_j", "memory_part"};
  if (!precision(config)) names.insert(names.end(), {"reward", "seconds"});
  names.emplace_back("chosen");
  return names;
}

Json rows_json(const Config& config, const std::vector<Row>& rows) {
  Json list = Json::array();
  for (const Row& row : rows) list.push_back(row_columns().json(row, shown_columns(config)));
  return list;
}

void check_search(const Config& config) {
  if (config.learn.protocol.validation == 0)
    refuse("learn.validation", "0", "> 0: candidates are chosen by images of the training part");
  if (!config.learn.variants.empty())
    refuse("learn.variants", "a list of " + shown(config.learn.variants.size()),
           "none with model_search.mode = " + shown(config.model_search.mode) + ": candidates are those of its axes");
  if (precision(config) && config.learn.model.weight_bits != 32)
    refuse("learn.weight_bits", shown(config.learn.model.weight_bits),
           "32, which candidates of model_search.mode = \"precision\" are held against");
}

// The same models on seeds that nothing was chosen by, scored by test images.
Config verifying(const Config& config, const std::vector<std::string>& variants) {
  Config test = config;
  test.learn.variants = variants;
  test.learn.protocol.validation = 0;
  test.simulation.seed += config.learn.seeds;
  return test;
}

std::string differences_text(const std::vector<Row>& rows) {
  std::string text;
  for (std::size_t k = 1; k < rows.size(); ++k) {
    const Interval d = paired_difference(rows[k].accuracies, rows[0].accuracies);
    text += rows[k].name + " - " + rows[0].name + ": " + interval_text(d.mean, d.half_width) +
            (!std::isfinite(d.half_width) ? ""
             : is_tie(d)                  ? " tie"
                                          : "") +
            "\n";
  }
  return text;
}

}  // namespace

std::string counted_energy_text(double pj_per_bit) {
  return "operations counted, arithmetic " +
         (pj_per_bit > 0 ? "and memory at " + number_text(pj_per_bit, 4) + " pJ a bit (45 nm)" : "alone (45 nm)");
}

int search_learners(const Command& command) {
  check_search(command.config);
  Config config = command.config;
  config.learn.variants = variants_of(command.config);
  LearnImages images(config.learn);
  require_room_to_learn(config, images);
  LearnModels models = learn_models(config, images);
  // Which models are verified is known when the others are done: room is made for all.
  LearnModels to_verify;
  std::vector<std::string> names = model_files(models);
  if (config.model_search.verify) {
    const Config all = verifying(config, config.learn.variants);
    images.held_out = false;
    for (const std::string& name : model_files(learn_models(all, images))) names.push_back(name);
    images.held_out = true;
  }
  names.emplace_back("table.txt");
  Session session(command, names);
  LearningRun run = learn_all(models, images, config, session, command.quiet);
  std::vector<Row> rows = rows_of(config, models, images);
  const bool all_there = run.complete && rows.size() == models.names.size();
  if (all_there) {
    if (precision(config))
      choose_precision(rows);
    else
      choose_timestep(rows, config.model_search);
  }
  const ColumnNames columns = shown_columns(config);
  std::string text = row_columns().text(rows, columns) +
                     "validation images; energy: " + counted_energy_text(config.model_search.memory_pj_per_bit) +
                     "; KB of 1000 bytes\n";
  Json result{{"mode", name_of(config.model_search.mode)},
              {"learners", rows_json(config, rows)},
              {"energy_source", counted_energy_text(config.model_search.memory_pj_per_bit)}};
  std::string hash = result_hash(models);
  if (all_there && config.model_search.verify) {
    std::vector<std::string> chosen;
    for (std::size_t k = 1; k < rows.size(); ++k)
      if (!rows[k].chosen.empty()) chosen.push_back(config.learn.variants[k - 1]);
    const Config test = verifying(config, chosen);
    images.held_out = false;
    to_verify = learn_models(test, images);
    run = learn_all(to_verify, images, test, session, command.quiet);
    const std::vector<Row> verified = rows_of(test, to_verify, images);
    text += "\ntest images, other seeds\n" + row_columns().text(verified, columns);
    if (verified.size() == to_verify.names.size()) text += differences_text(verified);
    result["verification"] = rows_json(test, verified);
    const std::string of_test = result_hash(to_verify);
    hash = Hash().bytes(hash.data(), hash.size()).bytes(of_test.data(), of_test.size()).hex();
  }
  session.table("table.txt", text);
  session.print(text);
  const int code = session.finish(result, hash, device_used(config).text(), run.complete);
  if (run.complete) throw_failures(models), throw_failures(to_verify);
  return code;
}

}  // namespace sprig::app
