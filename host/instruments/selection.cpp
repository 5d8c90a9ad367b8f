#include "host/instruments/selection.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <optional>
#include <set>

#include "sprig/core/refuse.hpp"

namespace sprig {

namespace {

// "first:end:every", or a single neuron.
struct Range {
  std::optional<std::int64_t> first, end;
  std::int64_t every = 1;
  bool single = false;
};

constexpr const char* kRange = "first:end:every as in Python, every 1 or more, or the number of one neuron";

// A whole number, without blanks around it; empty text is none.
std::optional<std::int64_t> number(std::string text, const std::string& key, const std::string& whole) {
  const auto is_blank = [](char c) { return c == ' ' || c == '\t'; };
  text.erase(std::find_if_not(text.rbegin(), text.rend(), is_blank).base(), text.end());
  text.erase(text.begin(), std::find_if_not(text.begin(), text.end(), is_blank));
  if (text.empty()) return {};
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) refuse(key, shown(whole), kRange);
  return value;
}

Range read_range(const std::string& text, const std::string& key) {
  std::vector<std::optional<std::int64_t>> parts;
  for (std::size_t begin = 0;;) {
    const std::size_t colon = text.find(':', begin);
    parts.push_back(number(text.substr(begin, colon == std::string::npos ? colon : colon - begin), key, text));
    if (colon == std::string::npos) break;
    begin = colon + 1;
  }
  Range range;
  if (parts.size() > 3) refuse(key, shown(text), kRange);
  if (parts.size() == 3 && parts[2]) range.every = *parts[2];
  if (range.every < 1) refuse(key, shown(text), kRange);
  range.first = parts[0];
  if (parts.size() == 1 && parts[0]) range.single = true;
  if (parts.size() > 1) range.end = parts[1];
  return range;
}

// Python's index of a bound in a sequence of `count`.
std::int64_t bound(const std::optional<std::int64_t>& at, std::int64_t without, std::int64_t count) {
  if (!at) return without;
  return std::clamp<std::int64_t>(*at < 0 ? *at + count : *at, 0, count);
}

std::vector<const Population*> named(const std::vector<Population>& populations, const std::vector<std::string>& of,
                                     const std::string& key) {
  std::vector<const Population*> chosen;
  std::set<std::string> seen;
  for (const std::string& name : of) {
    const auto found = std::find_if(populations.begin(), populations.end(),
                                    [&](const Population& population) { return population.name == name; });
    if (found == populations.end()) {
      std::string there;
      for (const Population& population : populations)
        there += (there.empty() ? "" : ", ") + in_quotes(population.name);
      refuse(key, shown(name), there);
    }
    if (!seen.insert(name).second) refuse(key, shown(name) + " twice", "each population once");
    chosen.push_back(&*found);
  }
  if (of.empty())
    for (const Population& population : populations) chosen.push_back(&population);
  return chosen;
}

}  // namespace

std::vector<std::uint32_t> select_neurons(const std::vector<Population>& populations,
                                          const std::vector<std::string>& of, const std::string& neurons,
                                          const std::string& key_of, const std::string& key_neurons) {
  const Range range = read_range(neurons, key_neurons);
  std::vector<std::uint32_t> chosen;
  for (const Population* population : named(populations, of, key_of)) {
    const std::int64_t count = population->count;
    if (range.single) {
      const std::int64_t at = *range.first < 0 ? *range.first + count : *range.first;
      if (at < 0 || at >= count)
        refuse(key_neurons, shown(neurons), "below " + shown(count) + " in population " + shown(population->name));
      chosen.push_back(population->first + static_cast<std::uint32_t>(at));
      continue;
    }
    const std::int64_t end = bound(range.end, count, count);
    for (std::int64_t i = bound(range.first, 0, count); i < end; i += std::min(range.every, count))
      chosen.push_back(population->first + static_cast<std::uint32_t>(i));
  }
  if (chosen.empty()) refuse(key_neurons, shown(neurons) + ", which chooses no neuron", "a range with one or more");
  return chosen;
}

}  // namespace sprig
