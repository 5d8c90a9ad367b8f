#include "host/engine/rank_spikes.hpp"

#include <algorithm>
#include <cstring>
#include <numeric>

namespace sprig::cpu {

void RankSpikes::begin(std::uint64_t window) {
  window_ = window;
  own_.assign(window, 0);
  sources_.clear();
  spike_replicas_.clear();
}

void RankSpikes::add(std::uint64_t w, const SpikeList& own) {
  own_[w] += static_cast<std::uint32_t>(own.sources.size());
  for (const std::uint32_t source : own.sources) sources_.push_back(part_.first + source);
  if (replicas_ > 1) spike_replicas_.insert(spike_replicas_.end(), own.replicas.begin(), own.replicas.end());
}

void RankSpikes::exchange() {
  own_.insert(own_.end(), sources_.begin(), sources_.end());
  own_.insert(own_.end(), spike_replicas_.begin(), spike_replicas_.end());
  constexpr std::size_t kWord = sizeof(std::uint32_t);
  exchange_.share_spikes(
      {{reinterpret_cast<const char*>(own_.data()), own_.size() * kWord}, window_ * kWord, sources_.size()}, boxes_);
  words_.resize(boxes_.size());
  at_.assign(boxes_.size(), 0);
  spikes_.resize(boxes_.size());
  for (std::size_t r = 0; r < boxes_.size(); ++r) {
    const View<const char> box = boxes_[r];
    words_[r].resize(box.size / kWord);
    std::memcpy(words_[r].data(), box.data, box.size);
    spikes_[r] =
        std::accumulate(words_[r].begin(), words_[r].begin() + static_cast<std::ptrdiff_t>(window_), std::size_t{0});
  }
}

void RankSpikes::take(std::uint64_t w, SpikeList& all) {
  all.clear();
  for (std::size_t r = 0; r < words_.size(); ++r) {
    const std::uint32_t* sources = words_[r].data() + window_ + at_[r];
    const std::uint32_t count = words_[r][w];
    for (std::uint32_t k = 0; k < count; ++k) {
      const std::uint32_t row = rows_[sources[k]];
      if (row == PresentRows::kNone) continue;
      all.sources.push_back(row);
      all.replicas.push_back(replicas_ > 1 ? sources[spikes_[r] + k] : 0);
    }
    at_[r] += count;
  }
}

std::uint64_t RankSpikes::sum(std::uint64_t mine) {
  const std::vector<std::uint64_t> all = share_value(exchange_, mine);
  return std::accumulate(all.begin(), all.end(), std::uint64_t{0});
}

RankSpikes::Place RankSpikes::least(const Place& mine) {
  const std::vector<Place> all = share_value(exchange_, mine);
  return *std::min_element(all.begin(), all.end());
}

}  // namespace sprig::cpu
