// Learning images, without labels or with them: accuracy over the stages, what neurons have learnt, thresholds where
// they adapt, weights, confusions.
#include <algorithm>
#include <cmath>
#include <filesystem>
#include <map>

#include "host/report/sections.hpp"
#include "sprig/core/error.hpp"
#include "sprig/formats/markup.hpp"
#include "sprig/formats/npz.hpp"
#include "sprig/formats/png.hpp"
#include "sprig/learning/competitive/weights.hpp"
#include "sprig/tasks/statistics.hpp"

namespace sprig::report {

namespace {

using svg::Marker;
using svg::Plot;
using svg::Style;

constexpr std::size_t kMostFields = 100, kBins = 40;

Style network_style(std::size_t k) {
  constexpr Marker kMarkers[] = {Marker::circle, Marker::square, Marker::diamond, Marker::triangle, Marker::wedge};
  return {svg::series_tone(k), kMarkers[k % std::size(kMarkers)]};
}

// For each network in order of appearance and each of its stages: values over the seeds.
struct Courses {
  std::vector<std::string> networks;
  std::vector<std::map<double, std::vector<double>>> values;  // by what they are drawn against

  Courses(const Node& rows, const char* value, const char* against) {
    for (const Node& row : rows.items()) {
      const std::string network = row["network"].text();
      const auto found = std::find(networks.begin(), networks.end(), network);
      const auto k = static_cast<std::size_t>(found - networks.begin());
      if (found == networks.end()) networks.push_back(network), values.emplace_back();
      const double x = row[against].number(), y = row[value].number();
      if (std::isfinite(x) && std::isfinite(y)) values[k][x].push_back(y);
    }
  }
};

Plot course_plot(const Courses& courses, const std::string& title, const std::string& x) {
  Plot plot(title, title + " after each stage, means over the seeds with 95\u00A0% intervals.", {x},
            {"accuracy", svg::Scale::linear, {0, 1}});
  for (std::size_t k = 0; k < courses.networks.size(); ++k) {
    std::vector<double> at, mean, middle, half;  // intervals, within what an accuracy can be
    for (const auto& [position, values] : courses.values[k]) {
      const Interval interval = mean_interval(values);
      const double low = std::max(0.0, interval.mean - interval.half_width),
                   high = std::min(1.0, interval.mean + interval.half_width);
      at.push_back(position), mean.push_back(interval.mean);
      middle.push_back((low + high) / 2), half.push_back(std::isfinite(interval.half_width) ? (high - low) / 2 : NAN);
    }
    Style style = network_style(k);
    style.shift = 2 * (static_cast<double>(k) - (static_cast<double>(courses.networks.size()) - 1) / 2);
    plot.line(at, mean, style);
    plot.intervals(at, middle, half, style);
    plot.points(at, mean, style);
  }
  return plot;
}

// named: neurons are, by labelled images; else the outputs are the classes.
void draw_courses(Page& page, const Node& rows, const std::vector<LegendEntry>& legend, bool named) {
  const auto all = rows.items();
  const bool dynamic = !all.empty() && all.front()["protocol"].text() == "dynamic";
  page.section("Accuracy", std::string(dynamic ? "One class after another" : "Of images that were not learnt") +
                               (named ? "; neurons are named by labelled training images" : "") +
                               ". Means over the seeds, with 95\u00A0% intervals.");
  page.legend(legend);
  if (!dynamic) {
    page.figure("All classes", {course_plot({rows, "accuracy", "samples"}, "Accuracy", "images learnt")},
                "Over the images that were learnt.");
    return;
  }
  for (const auto& [key, title, caption] :
       {std::tuple{"accuracy_newest", "Newest class", "The class that was learnt last."},
        std::tuple{"accuracy_previous", "Classes before it", "All classes that were learnt before the last one."},
        std::tuple{"accuracy", "All classes so far", "All classes that were learnt."}})
    page.figure(title, {course_plot({rows, key, "task"}, title, "class learnt last")}, caption);
}

struct Model {
  std::string name;
  std::vector<float> weights, theta;
  std::size_t neurons = 0, inputs = 0;
};

// Its path within the folder.
std::string model_name(const Node& entry) {
  const std::string name = entry["file"].text();
  if (!std::filesystem::path(name).is_relative() || name.find("..") != std::string::npos)
    throw InputError(entry.where(), "names a file outside of the folder");
  return name;
}

// Weights that are kept as codes.
std::vector<float> decoded(const NpzReader& file, std::size_t neurons) {
  const auto bits = file.read<std::uint32_t>("weight_bits");
  const auto unit = file.read<float>("weight_unit");
  auto words = file.read<std::uint32_t>("codes");
  constexpr std::uint32_t kWidths[] = {4, 5, 6, 8, 16};
  if (bits.size() != 1 || unit.size() != 1 ||
      std::find(std::begin(kWidths), std::end(kWidths), bits[0]) == std::end(kWidths))
    return {};
  WeightCodes codes;
  codes.bits = bits[0], codes.unit = unit[0];
  const PackedWeights packed(words.data(), static_cast<std::uint32_t>(neurons), codes);
  std::vector<float> weights;
  if (packed.row_words == 0 || words.size() % packed.row_words != 0) return {};
  for (std::uint32_t p = 0; p < words.size() / packed.row_words; ++p)
    for (std::uint32_t j = 0; j < neurons; ++j) weights.push_back(packed.load(p, j));
  return weights;
}

Model read_model(const std::string& folder, const Node& entry) {
  const std::string name = model_name(entry);
  const NpzReader file(folder + "/" + name);
  const bool codes = file.has("codes"), adapts = file.has("theta");
  const auto shape = file.shape(codes ? "codes" : "weights");
  Model model{entry["network"].text(), {}, {}, 0, 0};
  if (adapts) model.theta = file.read<float>("theta");
  model.neurons = adapts || shape.size() != 2 ? model.theta.size() : static_cast<std::size_t>(shape[1]);
  if (shape.size() == 2 && model.neurons > 0 && (codes || shape[1] == model.neurons))
    model.weights = codes ? decoded(file, model.neurons) : file.read<float>("weights");
  if (model.weights.empty())
    throw InputError(folder + "/" + name,
                     "is no model: weights must be [input][neuron], theta, if it is there, [neuron]");
  model.inputs = model.weights.size() / model.neurons;
  const auto finite = [](float value) { return std::isfinite(value); };
  if (!std::all_of(model.weights.begin(), model.weights.end(), finite) ||
      !std::all_of(model.theta.begin(), model.theta.end(), finite))
    throw InputError(folder + "/" + name, "has weights or thresholds that are not finite");
  return model;
}

// The first neurons' weights (from the first plane) as pictures, in a square of them, each scaled to its largest
// weight.
GreyPicture fields(const Model& model, std::uint32_t rows, std::uint32_t columns) {
  const auto count = static_cast<std::uint32_t>(std::min(model.neurons, kMostFields));
  const auto across = static_cast<std::uint32_t>(std::ceil(std::sqrt(count))), down = (count + across - 1) / across;
  GreyPicture picture{across * (columns + 1) + 1, down * (rows + 1) + 1, {}};
  picture.pixels.assign(std::size_t{picture.width} * picture.height, 96);
  for (std::uint32_t j = 0; j < count; ++j) {
    float most = 1e-30f;
    for (std::size_t p = 0; p < model.inputs; ++p) most = std::max(most, model.weights[p * model.neurons + j]);
    const std::uint32_t top = j / across * (rows + 1) + 1, left = j % across * (columns + 1) + 1;
    for (std::uint32_t r = 0; r < rows; ++r)
      for (std::uint32_t c = 0; c < columns; ++c) {
        const float w = model.weights[(std::size_t{r} * columns + c) * model.neurons + j];
        picture.pixels[std::size_t{top + r} * picture.width + left + c] =
            static_cast<std::uint8_t>(std::lround(255 * std::clamp(w / most, 0.0f, 1.0f)));
      }
  }
  return picture;
}

void add_histogram(Plot& plot, const std::vector<float>& values, double low, double high, Style style) {
  std::vector<double> edges, counts(kBins, 0);
  for (std::size_t b = 0; b <= kBins; ++b)
    edges.push_back(low + (high - low) * static_cast<double>(b) / static_cast<double>(kBins));
  for (const float value : values) {
    if (!std::isfinite(value)) continue;
    const double at = (value - low) / (high - low) * static_cast<double>(kBins);
    ++counts[static_cast<std::size_t>(std::clamp(at, 0.0, static_cast<double>(kBins - 1)))];
  }
  style.opacity = 0.15;
  plot.histogram(edges, counts, style);
}

void draw_models(Page& page, const RunData& run, const std::vector<LegendEntry>& legend) {
  const Node result = run.result();
  std::vector<Model> models;
  for (const Node& entry : result["models"].items()) {
    std::error_code error;
    if (!std::filesystem::exists(run.folder + "/" + model_name(entry), error) && !error)
      continue;  // stopped before its first stage
    models.push_back(read_model(run.folder, entry));
  }
  if (models.empty()) {
    page.left_out("what neurons have learnt: no model has finished a stage");
    return;
  }
  const auto shape = result["image"].numbers();  // planes, rows, columns
  page.section("What was learnt", "Of the first seed of each network.");
  for (const Model& model : models) {
    const bool whole = shape.size() == 3 && std::all_of(shape.begin(), shape.end(), [&](double side) {
                         return side >= 1 && side <= static_cast<double>(model.inputs) && side == std::floor(side);
                       });
    const bool fits = whole && shape[0] * shape[1] * shape[2] == static_cast<double>(model.inputs);
    if (!fits) throw InputError(result["image"].where(), "does not fit the weights of " + model.name);
    const GreyPicture picture =
        fields(model, static_cast<std::uint32_t>(shape[1]), static_cast<std::uint32_t>(shape[2]));
    page.picture(
        "Receptive fields, " + model.name, data_uri(png(picture)), picture.width, picture.height,
        "Weights of " + std::to_string(std::min(model.neurons, kMostFields)) + " of " + std::to_string(model.neurons) +
            (model.theta.empty() ? " neurons of the first layer" : " neurons") + ", each scaled to its largest.");
  }
  page.legend(legend);
  float most_theta = 1e-6f, most_weight = 1e-6f, least_weight = 0;
  bool adapts = false;
  for (const Model& model : models) {
    for (const float t : model.theta) most_theta = std::max(most_theta, t);
    for (const float w : model.weights)
      most_weight = std::max(most_weight, w), least_weight = std::min(least_weight, w);
  }
  Plot theta("Adaptive thresholds", "Histogram of theta.", {"\u03B8 (mV)"}, {"neurons", svg::Scale::linear, {0}});
  Plot weights("Weights", "Histogram of the weights that are not zero.", {"weight"},
               {"synapses", svg::Scale::linear, {0}});
  for (std::size_t k = 0; k < models.size(); ++k) {
    if (!models[k].theta.empty())
      add_histogram(theta, models[k].theta, 0, static_cast<double>(most_theta), network_style(k));
    adapts = adapts || !models[k].theta.empty();
    std::vector<float> some = models[k].weights;
    std::erase(some, 0.0f);
    add_histogram(weights, some, static_cast<double>(least_weight), static_cast<double>(most_weight), network_style(k));
  }
  if (adapts) page.figure("Adaptive thresholds", {theta}, "What each neuron's spikes have added to its threshold.");
  page.figure("Weights", {weights}, "Those that are not zero.");
}

std::string with_interval(const Node& value) {
  if (!value.there()) return "";
  const double half = value["half_width"].number();
  return figure(value["mean"].number(), 3) + (std::isfinite(half) ? " \u00B1 " + figure(half, 2) : "");
}

void draw_networks(Page& page, const Node& networks) {
  if (networks.items().empty()) return;
  Table table{{"network", "neurons", "accuracy", "newest", "previous", "accuracy \u2212 first", "newest \u2212 first",
               "previous \u2212 first"},
              {},
              1};
  for (const Node& n : networks.items()) {
    std::vector<std::string> row{n["network"].text(), figure(n["neurons"].number(), 9)};
    for (const Node& of : {n, n["minus_first"]})
      for (const char* measure : {"accuracy", "accuracy_newest", "accuracy_previous"})
        row.push_back(of.there() ? with_interval(of[measure]) : "");
    table.rows.push_back(std::move(row));
  }
  page.table(table);
  page.paragraph(
      "Means over the seeds \u00B1 95\u00A0% intervals, after the last stage; newest and previous: over all stages. "
      "Differences are paired by seed.");
}

void draw_confusions(Page& page, const Node& confusions) {
  std::vector<std::string> seen;
  for (const Node& c : confusions.items()) {
    const std::string network = c["network"].text();
    if (std::find(seen.begin(), seen.end(), network) != seen.end()) continue;  // the first seed
    seen.push_back(network);
    Table table{{"label", "0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "none"}, {}, 1};
    std::size_t label = 0;
    for (const Node& row : c["counts"].items()) {
      std::vector<std::string> cells{std::to_string(label++)};
      for (const double count : row.numbers()) cells.push_back(figure(count, 9));
      table.rows.push_back(std::move(cells));
    }
    page.folded("Confusions, " + network + ": labels down, answers across", table);
  }
}

}  // namespace

void draw_learn(Page& page, const RunData& run) {
  const std::string verb = run.manifest()["verb"].text();
  if (verb != "learn" && verb != "train") return;
  const Node result = run.result();
  if (result["rows"].items().empty()) {
    page.left_out("accuracies: no stage was finished");
    return;
  }
  std::vector<LegendEntry> legend;
  for (const std::string& name : Courses(result["rows"], "accuracy", "task").networks)
    legend.push_back({network_style(legend.size()), name});
  draw_courses(page, result["rows"], legend, verb == "learn");
  draw_networks(page, result["networks"]);
  draw_models(page, run, legend);
  draw_confusions(page, result["confusion"]);
}

}  // namespace sprig::report
