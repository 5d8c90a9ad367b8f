// A run folder made up for tests, and what a page must be whatever it shows.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <nlohmann/json.hpp>
#include <string>

#include "tests/support/python.hpp"
#include "tests/support/temporary_folder.hpp"

namespace sprig::test {

using Json = nlohmann::ordered_json;

inline Json manifest_of(const std::string& verb) {
  return {{"verb", verb},     {"version", "0.1.0"},    {"git_revision", "abc"},
          {"seed", 11},       {"device", "cpu"},       {"started", "2026-01-02T03:04:05Z"},
          {"threads", 2},     {"wall_s", 1.5},         {"command_line", "sprig " + verb},
          {"complete", true}, {"config_hash", "0123"}, {"build", {{"type", "Release"}}}};
}

inline Json pruned() {
  Json rounds = Json::array();
  for (int r = 0; r < 3; ++r)
    rounds.push_back({{"round", r},
                      {"synapses", 700 - 100 * r},
                      {"neurons", 40},
                      {"lambda_max", 0.005 - 0.001 * r},
                      {"mean_rate_hz", 40 - 10 * r}});
  return {{"neurons_before", 50},
          {"neurons_after", 40},
          {"synapses_before", 800},
          {"synapses_after", 500},
          {"lambda_max_before", 0.005},
          {"lambda_max_after", 0.002},
          {"spectrum_before", {0.005, 0.003, 0.001}},
          {"spectrum_after", {0.002, 0.001, -0.001}},
          {"mean_rate_before", 40},
          {"mean_rate_after", 12.5},
          {"method", "lnp"},
          {"density", 0.5},
          {"seed", 11},
          {"after_failure", ""},
          {"rounds_detail", rounds},
          {"complete", true}};
}

// Two networks of four neurons, the second without neuron 2.
inline Json observed() {
  const auto state = [](const std::string& name, int neurons) {
    return Json{{"name", name},
                {"neurons", neurons},
                {"synapses", 2 * neurons},
                {"weights", {{"edges", {-1, 0, 1}}, {"counts", {neurons, neurons}}}},
                {"tau_m_ms", {{"edges", {10, 20, 30}}, {"counts", {1, neurons - 1}}}},
                {"eigenvalues", {{"real", {0.5, -0.25, 0}}, {"imaginary", {0, 0.25, 0}}}},
                {"activity",
                 {{"row_there", {1, 1, neurons > 3 ? 1 : 0, 1}},
                  {"raster_step", {10, 20, 500, 999}},
                  {"raster_row", {0, 0, 1, 3}},
                  {"rate_hz", {2, 0, 3, 1}},
                  {"mean_rate_hz", 1.5},
                  {"silent", 1},
                  {"rates_hz", {{"edges", {0, 1, 2}}, {"counts", {1, neurons - 1}}}},
                  {"sample", {{"in_degree", {1, 2, 3}}, {"rate_hz", {0, 1, 2}}}}}}};
  };
  return {{"step_ms", 1},
          {"settle_ms", 300},
          {"observed_ms", 1000},
          {"bin_ms", 250},
          {"how", "Made up."},
          {"rows", {0, 1, 2, 3}},
          {"row_inhibitory", {0, 0, 0, 1}},
          {"networks", {state("before", 4), state("after", 3)}}};
}

inline Json study_entry(const std::string& task, const std::string& training, const std::string& method, double density,
                        double score, const std::string& measure = "nrmse") {
  const auto value = [](double mean, double half) { return Json{{"mean", mean}, {"half_width", half}}; };
  Json entry{{"task", task},
             {"training", training},
             {"method", method},
             {"variant", ""},
             {"density", density},
             {"seeds", 5},
             {"measure", measure},
             {"score", value(score, 0.02)},
             {"vpt", value(0.5, 0.1)},
             {"sops", value(density * 16000, 300)},
             {"rank", 1}};
  for (const char* other : {"minus_dense", "minus_random"}) {
    if (other == "minus_" + method) continue;
    entry[other] = value(score - 0.3, 0.02);
    entry[other]["tie"] = std::abs(score - 0.3) < 0.02;
  }
  return entry;
}

// Two trainings of one task; dense, none, and two methods at three densities.
inline Json studied() {
  Json summary = Json::array(), tasks = Json::array(), cells = Json::array();
  for (const char* training : {"ridge", "bptt"}) {
    summary.push_back(study_entry("lorenz63", training, "dense", 1, 0.3));
    summary.push_back(study_entry("lorenz63", training, "none", 0, 0.6));
    for (const double density : {0.5, 0.2, 0.05})
      for (const char* method : {"lnp", "random", "magnitude"})
        summary.push_back(study_entry("lorenz63", training, method, density, 0.3 + 0.1 * (0.5 - density)));
    tasks.push_back(
        {{"task", "lorenz63"}, {"training", training}, {"dense", 0.3}, {"none", 0.6}, {"gain", 0.5}, {"counts", true}});
    for (int seed = 11; seed < 16; ++seed)
      cells.push_back({{"task", "lorenz63"},
                       {"training", training},
                       {"method", "dense"},
                       {"density", 1},
                       {"seed", seed},
                       {"score", 0.3}});
  }
  return {{"cells", cells}, {"summary", summary}, {"tasks", tasks}, {"hash", "00"}, {"complete", true}};
}

inline void make_run(const std::string& folder, const Json& manifest, const Json& result,
                     const Json& observation = {}) {
  std::filesystem::create_directories(folder);
  write_raw(folder + "/config.resolved.toml", "[run]\nseed = 11  # <of \"everything\"> & more\n");
  write_raw(folder + "/manifest.json", manifest.dump());
  write_raw(folder + "/result.json", result.dump());
  if (!observation.is_null()) write_raw(folder + "/observation.json", observation.dump());
}

// The page is well-formed to an XML parser as a whole, every plot says what it is, ids are the page's own, coordinates
// are numbers, nothing is fetched or run. Returns how many plots it has; nothing without Python.
inline std::optional<std::size_t> check_page(const std::string& path) {
  const std::string script = R"(
import re, sys, xml.etree.ElementTree as tree
text = open(')" + path + R"(', encoding='utf-8').read()
root = tree.fromstring(text)
plots = [e for e in root.iter('svg') if e.get('role') == 'img']
ids = [e.get('id') for e in root.iter() if e.get('id')]
assert len(ids) == len(set(ids)), 'an id is there twice'
for plot in plots:
    title, text_id = plot.get('aria-labelledby').split()
    assert plot.find('title').get('id') == title and plot.find('title').text, title
    assert plot.find('desc').get('id') == text_id and plot.find('desc').text, title
    box = [float(v) for v in plot.get('viewBox').split()]
    assert len(box) == 4 and not plot.get('width'), title
    labels = [t.text for t in plot.findall('text') if t.get('class') == 'axis']
    assert len(labels) >= 2 and all(labels), title
    assert plot.findall('g'), 'nothing is drawn in ' + title
    for e in plot.iter():
        for name in ('d', 'x', 'y', 'width', 'height'):
            assert not re.search('nan|inf', e.get(name, '')), (title, name)
        if e.tag in ('text', 'rect'):
            x, y = float(e.get('x')), float(e.get('y'))
            if not e.get('transform'):
                assert box[0] <= x <= box[2] and box[1] <= y <= box[3], (title, e.text, x, y)
for e in root.iter('img'):  # the page carries its pictures
    assert e.get('alt') and e.get('src').startswith('data:image/png;base64,'), e.attrib
for e in root.iter():
    assert e.tag not in ('script', 'iframe', 'object', 'embed', 'foreignObject', 'use', 'image'), e.tag
    for name, value in e.attrib.items():
        assert not name.startswith('on') and (name != 'src' or e.tag == 'img'), name
        assert name not in ('href', 'xlink:href') or value == 'data:,', value
for word in ('http:', 'https:', 'url(', '@import', 'javascript:'):
    assert word not in text, word
names = [e.get('name') for e in root.iter('meta')]
assert 'viewport' in names and 'color-scheme' in names
assert 'prefers-color-scheme' in root.find('head/style').text
assert root.find('head/title').text and root.get('lang') == 'en'
assert len(text) < 1 << 20
print(len(plots))
)";
  const auto numbers = ::sprig::test::python_numbers("check_page", script);
  if (!numbers) return {};
  EXPECT_EQ(numbers->size(), 1u) << path;
  return numbers->empty() ? std::size_t{0} : static_cast<std::size_t>(numbers->front());
}

}  // namespace sprig::test
