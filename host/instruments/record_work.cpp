#include "host/instruments/record_work.hpp"

#include <algorithm>
#include <cstring>

namespace sprig {

namespace {

constexpr std::uint32_t kNotChosen = 0xFFFFFFFFu;

// [neuron]: its column; empty where all are chosen, each its own.
std::vector<std::uint32_t> columns_of(const RecordLayout& layout, std::uint32_t neurons) {
  if (layout.every_neuron) return {};
  std::vector<std::uint32_t> column(neurons, kNotChosen);
  std::uint32_t next = 0;
  for (const NeuronRange& range : layout.neurons)
    for (std::uint32_t k = 0; k < range.count; ++k) column[range[k]] = next++;
  return column;
}

// The spikes of [first_step, end_step) in a list that ascends by step.
View<const SpikeEvent> within(const std::vector<SpikeEvent>& spikes, const RecordLayout& layout) {
  const auto before = [](const SpikeEvent& spike, std::uint64_t step) { return spike.step < step; };
  const auto first = std::lower_bound(spikes.begin(), spikes.end(), layout.first_step, before);
  const auto end = std::lower_bound(first, spikes.end(), layout.end_step, before);
  return {spikes.data() + (first - spikes.begin()), static_cast<std::size_t>(end - first)};
}

// What is counted in the open window.
template <class T>
void restore_sums(Reader& reader, std::vector<T>& sums) {
  const std::size_t size = sums.size();
  reader(sums);
  if (sums.size() != size) reader.refuse("has a window of other neurons or populations");
}

class SpikeWork : public RecordWork {
 public:
  SpikeWork(const RecordContext& context, const RecordLayout& layout, RecordSink& sink)
      : layout_(layout),
        sink_(sink),
        column_(columns_of(layout, context.network.size())),
        replicas_(context.replicas > 1),
        wide_(layout.row_bytes - 4 - (replicas_ ? 4 : 0) == 8) {}

  void take(const RecordedPiece& piece) override {
    if (!piece.spikes) return;
    std::size_t rows = 0;
    for (const SpikeEvent& spike : within(piece.recording.spikes, layout_)) {
      if (!column_.empty() && column_[spike.neuron] == kNotChosen) continue;
      if (++rows > kRows) sink_.append(rows_.data(), kRows), rows = 1;
      write(rows_.data() + (rows - 1) * layout_.row_bytes, spike);
    }
    sink_.append(rows_.data(), rows);
  }

 private:
  static constexpr std::size_t kRows = 4096;

  void write(char* to, const SpikeEvent& spike) const {
    const auto put = [&](auto value) { std::memcpy(to, &value, sizeof value), to += sizeof value; };
    if (wide_)
      put(spike.step);
    else
      put(static_cast<std::uint32_t>(spike.step));
    put(spike.neuron);
    if (replicas_) put(spike.replica);
  }

  const RecordLayout& layout_;
  RecordSink& sink_;
  std::vector<std::uint32_t> column_;
  bool replicas_, wide_;
  std::vector<char> rows_ = std::vector<char>(kRows * 16);
};

// Windows that follow one another; the one that is open is written when a step beyond it comes, or at the end.
class WindowWork : public RecordWork {
 public:
  explicit WindowWork(const RecordLayout& layout) : layout_(layout) {}

  void take(const RecordedPiece& piece) override {
    const std::uint64_t from = std::max(piece.first_step, layout_.first_step);
    const std::uint64_t end = std::min(piece.first_step + piece.steps, layout_.end_step);
    if (from >= end) return;
    add(piece);
    reach(end);
  }
  void finish() override {
    if (reached_ > layout_.first_step + windows_ * layout_.every_steps) close_window();
  }
  void keep(Writer& writer) const override { writer(windows_, reached_); }
  void restore(Reader& reader) override { reader(windows_, reached_); }

 protected:
  // What of the piece is in [first_step, end_step); calls enter() with each step that it has something of.
  virtual void add(const RecordedPiece& piece) = 0;
  virtual void write(std::uint64_t steps) = 0;  // the open window, of so many steps, and begins the next

  // Windows before the one of this step are over.
  void enter(std::uint64_t step) {
    while (step >= window_end()) reached_ = window_end(), close_window();
  }
  const RecordLayout& layout_;

 private:
  std::uint64_t window_end() const { return layout_.first_step + (windows_ + 1) * layout_.every_steps; }
  void reach(std::uint64_t end) {
    while (end >= window_end()) reached_ = window_end(), close_window();
    reached_ = end;
  }
  void close_window() {
    write(reached_ - (layout_.first_step + windows_ * layout_.every_steps));
    ++windows_;
  }

  std::uint64_t windows_ = 0, reached_ = 0;
};

class CountWork : public WindowWork {
 public:
  CountWork(const RecordContext& context, const RecordLayout& layout, RecordSink& sink, Hash* hash)
      : WindowWork(layout),
        sink_(sink),
        hash_(hash),
        column_(columns_of(layout, context.network.size())),
        replicas_(context.replicas),
        counts_(layout.row_bytes / sizeof(std::uint32_t), 0) {}

  void keep(Writer& writer) const override {
    WindowWork::keep(writer);
    writer(counts_);
  }
  void restore(Reader& reader) override {
    WindowWork::restore(reader);
    restore_sums(reader, counts_);
  }

 private:
  void add(const RecordedPiece& piece) override {
    if (!piece.spikes) return;
    for (const SpikeEvent& spike : within(piece.recording.spikes, layout_)) {
      enter(spike.step);
      const std::uint32_t column = column_.empty() ? spike.neuron : column_[spike.neuron];
      if (column != kNotChosen) ++counts_[column * replicas_ + spike.replica];
    }
  }
  void write(std::uint64_t) override {
    sink_.append(counts_.data(), 1);
    if (hash_ != nullptr) hash_->bytes(counts_.data(), counts_.size() * sizeof(std::uint32_t));
    std::fill(counts_.begin(), counts_.end(), 0u);
  }

  RecordSink& sink_;
  Hash* hash_;
  std::vector<std::uint32_t> column_;
  std::size_t replicas_;
  std::vector<std::uint32_t> counts_;  // of the open window
};

// The mean over neurons and replicas.
class RateWork : public WindowWork {
 public:
  RateWork(const RecordContext& context, const RecordLayout& layout, RecordSink& sink)
      : WindowWork(layout), sink_(sink), all_(context.network.populations.size()), step_ms_(context.network.step_ms) {
    for (const std::string& name : layout.populations)
      for (std::size_t p = 0; p < all_; ++p)
        if (context.network.populations[p].name == name) {
          chosen_.push_back(p);
          cells_.push_back(double(context.network.populations[p].count) * context.replicas);
        }
    spikes_.assign(chosen_.size(), 0);
    rates_.resize(chosen_.size());
  }

  void keep(Writer& writer) const override {
    WindowWork::keep(writer);
    writer(spikes_);
  }
  void restore(Reader& reader) override {
    WindowWork::restore(reader);
    restore_sums(reader, spikes_);
  }

 private:
  void add(const RecordedPiece& piece) override {
    const std::uint64_t end = std::min(piece.first_step + piece.steps, layout_.end_step);
    for (std::uint64_t step = std::max(piece.first_step, layout_.first_step); step < end; ++step) {
      enter(step);
      const std::uint64_t* row = piece.recording.population_spikes.data() + (step - piece.first_step) * all_;
      for (std::size_t k = 0; k < chosen_.size(); ++k) spikes_[k] += row[chosen_[k]];
    }
  }
  void write(std::uint64_t steps) override {
    const double seconds = static_cast<double>(steps) * step_ms_ / 1000;
    for (std::size_t k = 0; k < chosen_.size(); ++k) {
      rates_[k] = cells_[k] > 0 ? static_cast<double>(spikes_[k]) / (cells_[k] * seconds) : 0;
      spikes_[k] = 0;
    }
    sink_.append(rates_.data(), 1);
  }

  RecordSink& sink_;
  std::size_t all_;  // populations of the network
  double step_ms_;
  std::vector<std::size_t> chosen_;
  std::vector<double> cells_, rates_;
  std::vector<std::uint64_t> spikes_;
};

class StateWork : public RecordWork {
 public:
  StateWork(const RecordContext& context, const RecordLayout& layout, RecordSink& sink)
      : layout_(layout), sink_(sink), replicas_(context.replicas), probes_(context.probe.size()) {
    for (const NeuronRange& range : layout.neurons)
      for (std::uint32_t k = 0; k < range.count; ++k) {
        const auto place = std::lower_bound(context.probe.begin(), context.probe.end(), range[k]);
        probe_.push_back(static_cast<std::size_t>(place - context.probe.begin()));
      }
    row_.resize(probe_.size() * replicas_);
  }

  void take(const RecordedPiece& piece) override {
    if (!piece.probed) return;
    const Recording& r = piece.recording;
    const std::vector<real>& values = layout_.what == RecordedQuantity::v   ? r.probe_v
                                      : layout_.what == RecordedQuantity::i ? r.probe_i
                                                                            : r.probe_theta;
    const std::uint64_t end = std::min(piece.first_step + piece.steps, layout_.end_step);
    std::uint64_t step = std::max(piece.first_step, layout_.first_step);
    const std::uint64_t past = (step - layout_.first_step) % layout_.every_steps;
    if (past != 0) step += layout_.every_steps - past;
    for (; step < end; step += layout_.every_steps) {
      const real* from = values.data() + (step - piece.first_step) * probes_ * replicas_;
      real* to = row_.data();
      for (const std::size_t probe : probe_) to = std::copy_n(from + probe * replicas_, replicas_, to);
      sink_.append(row_.data(), 1);
    }
  }

 private:
  const RecordLayout& layout_;
  RecordSink& sink_;
  std::size_t replicas_, probes_;
  std::vector<std::size_t> probe_;  // [column]: its place among the piece's probes
  std::vector<real> row_;
};

class WeightWork : public RecordWork {
 public:
  WeightWork(const RecordLayout& layout, RecordSink& sink) : layout_(layout), sink_(sink) {}

  void take(const RecordedPiece& piece) override {
    const auto& at = layout_.at_steps;
    if (!piece.weights.empty() && std::binary_search(at.begin(), at.end(), piece.first_step))
      sink_.append(piece.weights.data(), 1);
  }

 private:
  const RecordLayout& layout_;
  RecordSink& sink_;
};

}  // namespace

std::unique_ptr<RecordWork> make_record_work(const RecordContext& context, const RecordLayout& layout, RecordSink& sink,
                                             Hash* hash) {
  switch (layout.what) {
    case RecordedQuantity::spikes:
      return std::make_unique<SpikeWork>(context, layout, sink);
    case RecordedQuantity::counts:
      return std::make_unique<CountWork>(context, layout, sink, hash);
    case RecordedQuantity::rate:
      return std::make_unique<RateWork>(context, layout, sink);
    case RecordedQuantity::weights:
      return std::make_unique<WeightWork>(layout, sink);
    default:
      return std::make_unique<StateWork>(context, layout, sink);
  }
}

}  // namespace sprig
