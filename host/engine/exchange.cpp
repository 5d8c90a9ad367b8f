#include "sprig/engine/exchange.hpp"

#include <algorithm>
#include <utility>

#include "sprig/core/refuse.hpp"

namespace sprig {

namespace {

// The lowest rank that failed is the one that is named.
RankError verdict_of(const Boxes& all) {
  std::optional<RankFailure> first;
  std::size_t rank = 0;
  bool same = true;
  for (std::size_t r = all.size(); r-- > 0;) {
    if (all.failed[r] == 0) {
      same = false;
      continue;
    }
    RankFailure failure;
    read_persisted(all[r], "error of a rank", failure);
    same = same && (!first || failure == *first);
    first = std::move(failure);
    rank = r;
  }
  const std::string name = "rank " + std::to_string(rank) + " of " + std::to_string(all.size());
  return {static_cast<Exit>(first->code), same ? "" : name, first->text};
}

}  // namespace

void require_divisible(const Device& device, bool learns, std::uint32_t ranks) {
  if (device.names_gpu())
    refuse("run.device", shown(device) + " with " + shown(ranks) + " ranks", "\"cpu\", of which each is a part");
  if (learns)
    refuse("projection.stdp.w_max", "synapses that learn, over " + shown(ranks) + " ranks",
           "weights that are constant, or one rank");
}

void Boxes::add(View<const char> box, bool is_error) {
  bytes.insert(bytes.end(), box.begin(), box.end());
  first.push_back(bytes.size());
  failed.push_back(is_error ? 1 : 0);
}

void Exchange::look_for_errors(const Boxes& all) {
  if (std::find(all.failed.begin(), all.failed.end(), 1) == all.failed.end()) return;
  verdict_ = verdict_of(all);
  throw *verdict_;
}

void Exchange::share(View<const char> mine, Boxes& all) {
  if (verdict_) throw *verdict_;
  swap(mine, false, all);
  look_for_errors(all);
}

void Exchange::share_spikes(const SpikeBox& mine, Boxes& all) {
  if (verdict_) throw *verdict_;
  swap_spikes(mine, all);
  look_for_errors(all);
}

void Exchange::collect(std::vector<char> mine, const std::function<void(int, std::vector<char>)>& use) {
  if (verdict_) throw *verdict_;
  if (!is_root()) return send(0, mine);
  use(0, std::move(mine));
  for (int r = 1; r < ranks(); ++r) use(r, receive(r));
}

std::vector<char> Exchange::deal(const std::function<std::vector<char>(int)>& make) {
  if (verdict_) throw *verdict_;
  if (!is_root()) return receive(0);
  for (int r = 1; r < ranks(); ++r) send(r, make(r));
  return make(0);
}

RankError Exchange::fail(Exit code, const std::string& text) {
  if (verdict_) return *verdict_;
  Boxes all;
  try {
    swap(persisted(RankFailure{static_cast<int>(code), text}), true, all);
    verdict_ = verdict_of(all);
  } catch (const RankError& error) {
    verdict_ = error;
  }
  return *verdict_;
}

}  // namespace sprig
