#include "host/engine/slice_cuts.hpp"

#include <algorithm>
#include <cstddef>

namespace sprig {

namespace {

// Work of the neurons before each of [begin, end), and of all.
std::vector<std::uint64_t> work_before(View<const std::uint32_t> in_degree, std::uint32_t begin, std::uint32_t end) {
  std::vector<std::uint64_t> before{0};
  before.reserve(std::size_t{end - begin} + 1);
  for (std::uint32_t i = begin; i < end; ++i) before.push_back(before.back() + kNeuronWork + in_degree[i]);
  return before;
}

// The largest end of a slice from `begin` that has no more work than `work` and no more neurons than `most`.
std::uint32_t furthest(const std::vector<std::uint64_t>& before, std::uint32_t begin, std::uint64_t work,
                       std::uint32_t most) {
  const auto n = static_cast<std::uint32_t>(before.size() - 1);
  const auto end = std::upper_bound(before.begin() + begin, before.end(), before[begin] + work);
  const auto reached = static_cast<std::uint32_t>(end - before.begin()) - 1;
  return std::min(reached, most < n - begin ? begin + most : n);
}

// Whether `slices` of no more work than `work` hold all.
bool enough(const std::vector<std::uint64_t>& before, std::uint32_t slices, std::uint64_t work, std::uint32_t most) {
  const auto n = static_cast<std::uint32_t>(before.size() - 1);
  std::uint32_t begin = 0;
  for (std::uint32_t s = 0; s < slices && begin < n; ++s) {
    const std::uint32_t end = furthest(before, begin, work, most);
    if (end == begin) return false;
    begin = end;
  }
  return begin == n;
}

// cut_evenly() of a part of a network; the first neuron is 0.
std::vector<std::uint32_t> cut(const std::vector<std::uint64_t>& before, std::uint32_t slices, std::uint32_t most) {
  const auto n = static_cast<std::uint32_t>(before.size() - 1);
  std::uint64_t least = 0, work = before.back();  // of the slice with the most: more than least, at most work
  while (work - least > 1) {
    const std::uint64_t middle = least + (work - least) / 2;
    (enough(before, slices, middle, most) ? work : least) = middle;
  }
  // From the end: the smallest beginning from which the slices that are left hold all.
  std::vector<std::uint32_t> earliest(slices + 1, n);
  for (std::uint32_t s = slices; s-- > 0;) {
    const std::uint32_t end = earliest[s + 1];
    const std::uint64_t limit = before[end] > work ? before[end] - work : 0;
    const auto begin =
        static_cast<std::uint32_t>(std::lower_bound(before.begin(), before.end(), limit) - before.begin());
    earliest[s] = std::max(begin, end > most ? end - most : 0);
  }
  // Of what is possible, the cut that leaves the others their average.
  std::vector<std::uint32_t> first{0};
  for (std::uint32_t s = 0; s + 1 < slices; ++s) {
    const std::uint32_t begin = first.back(), left = slices - s;
    const std::uint64_t average = (before.back() - before[begin]) / left;
    const std::uint32_t low = std::max(earliest[s + 1], begin + 1),
                        high = std::min(furthest(before, begin, work, most), n - (left - 1));
    first.push_back(std::clamp(furthest(before, begin, average, most), low, high));
  }
  if (slices > 0) first.push_back(n);
  return first;
}

}  // namespace

std::vector<std::uint32_t> cut_evenly(std::uint32_t neurons, View<const std::uint32_t> in_degree, std::uint32_t slices,
                                      std::uint32_t most) {
  if (!in_degree.empty()) return cut(work_before(in_degree, 0, neurons), slices, most);
  std::vector<std::uint32_t> first;
  for (std::uint64_t s = 0; s <= slices; ++s) first.push_back(static_cast<std::uint32_t>(neurons * s / slices));
  return first;
}

std::vector<std::uint32_t> cut_by_kind(std::uint32_t neurons, View<const std::uint32_t> in_degree, std::uint32_t slices,
                                       std::uint32_t most) {
  constexpr std::uint32_t kFewest = 16;  // of so many neurons one
  const std::uint32_t shortest = std::max(neurons / kFewest, slices);
  const auto reached = [](std::uint32_t degree) { return degree > 0; };
  const auto at =
      static_cast<std::uint32_t>(std::find_if(in_degree.begin(), in_degree.end(), reached) - in_degree.begin());
  std::uint32_t end = neurons;
  while (end > at && !reached(in_degree[end - 1])) --end;
  std::vector<std::uint32_t> first{0};
  const auto add_part = [&](std::uint32_t last) {
    const std::uint32_t begin = first.back();
    if (last - begin < shortest || (last < neurons && neurons - last < shortest)) return;
    const std::vector<std::uint32_t> part = cut(work_before(in_degree, begin, last), slices, most);
    for (std::size_t s = 1; s < part.size(); ++s) first.push_back(begin + part[s]);
  };
  add_part(at);
  add_part(end);
  if (first.back() < neurons) add_part(neurons);
  return first;
}

}  // namespace sprig
