// What the network is made of: weights, time constants, the eigenvalues of its recurrent matrix.
#include <algorithm>
#include <cmath>
#include <numbers>

#include "host/report/sections.hpp"
#include "sprig/core/error.hpp"
#include "sprig/formats/markup.hpp"

namespace sprig::report {

namespace {

using svg::Dash;
using svg::Marker;
using svg::Plot;
using svg::Style;

constexpr double kBars = 0.22, kHeight = 345;  // as high as the square plane of eigenvalues
constexpr std::size_t kCirclePoints = 90;

struct State {
  std::string name;
  Node node;
};

std::vector<std::string> names_of(const std::vector<State>& states) {
  std::vector<std::string> names;
  for (const State& state : states) names.push_back(state.name);
  return names;
}

// One histogram a state over the same bins.
void draw_histograms(Page& page, const std::vector<State>& states, const char* key, const std::string& heading,
                     const svg::Axis& x, const std::string& of, const std::string& caption) {
  Plot plot(heading, "Histogram of " + of + ".", x, {"number of " + of, svg::Scale::linear, {0}}, {360, kHeight});
  for (const State& state : states) {
    const Histogram h = histogram(state.node[key]);
    Style style = state_style(state.name);
    style.opacity = state.name == "before" ? kBars / 2 : kBars;
    style.width = 1.3;
    plot.histogram(h.edges, h.counts, style);
  }
  if (plot.empty()) {
    const std::string why = states.front().node["no_" + std::string(key)].text();
    page.left_out(heading + ": " + (why.empty() ? "observation.json has no histogram of them" : why));
    return;
  }
  page.figure(heading, {plot}, caption, state_legend(names_of(states), kBars));
}

struct Eigenvalues {
  std::vector<double> real, imaginary;
  double radius = 0;  // the largest modulus

  explicit Eigenvalues(const Node& node) : real(node["real"].numbers()), imaginary(node["imaginary"].numbers()) {
    if (real.size() != imaginary.size()) throw InputError(node.where(), "has not as many real as imaginary parts");
    for (std::size_t i = 0; i < real.size(); ++i) radius = std::max(radius, std::hypot(real[i], imaginary[i]));
  }
};

void circle(Plot& plot, double radius, const Style& style) {
  std::vector<double> x, y;
  for (std::size_t i = 0; i <= kCirclePoints; ++i) {
    const double angle = 2 * std::numbers::pi * static_cast<double>(i) / kCirclePoints;
    x.push_back(radius * std::cos(angle));
    y.push_back(radius * std::sin(angle));
  }
  plot.line(x, y, style);
}

void draw_eigenvalues(Page& page, const std::vector<State>& states) {
  std::vector<std::pair<std::string, Eigenvalues>> all;
  std::string radii;
  double reach = 0;
  for (const State& state : states) {
    const std::string why = state.node["no_eigenvalues"].text();
    if (!why.empty()) page.left_out("eigenvalues (" + state.name + "): " + why);
    all.emplace_back(state.name, Eigenvalues(state.node["eigenvalues"]));
  }
  std::erase_if(all, [](const auto& entry) { return entry.second.real.empty(); });
  if (all.empty()) return;
  for (const auto& [name, values] : all) {
    radii += (radii.empty() ? "" : ", ") + (states.size() > 1 ? name + " " : "") + figure(values.radius, 3);
    reach = std::max(reach, values.radius);
  }
  Plot plot("Eigenvalues of the recurrent matrix", "Eigenvalues in the complex plane with circles of spectral radius.",
            {"real part", svg::Scale::linear, {-reach, reach}}, {"imaginary part", svg::Scale::linear, {-reach, reach}},
            {360, 0, true});
  for (const auto& [name, values] : all) {
    const Style style = state_style(name);
    circle(plot, values.radius, {style.tone, Marker::none, style.dash, 1.2});
    plot.points(values.real, values.imaginary, {style.tone, Marker::dot, Dash::solid, 1, 0, 0.75});
  }
  page.figure("Eigenvalues of the recurrent matrix", {plot},
              "Eigenvalues of the matrix of recurrent weights, in circles of its spectral radius: " + radii + ".",
              state_legend(names_of(states), 1));
}

}  // namespace

void draw_structure(Page& page, const RunData& run) {
  std::vector<State> states;
  for (const Node& node : run.observation()["networks"].items()) states.push_back({node["name"].text(), node});
  if (states.empty()) {
    page.left_out("weights, time constants and eigenvalues: the folder has no observation.json with a network");
    return;
  }
  page.section("Structure");
  std::string sizes;
  for (const State& state : states)
    sizes += (sizes.empty() ? "" : "; ") + (states.size() > 1 ? state.name + ": " : "") +
             (state.node["synapses"].there() ? figure(state.node["synapses"].number(), 9) + " synapses of " : "") +
             figure(state.node["neurons"].number(), 9) + " neurons";
  draw_histograms(page, states, "weights", "Recurrent weights", {"weight (in the network's unit)"}, "synapses",
                  sizes + ".");
  draw_histograms(page, states, "tau_m_ms", "Membrane time constants", {"time constant (ms)"}, "neurons", sizes + ".");
  draw_eigenvalues(page, states);
}

}  // namespace sprig::report
