#include "host/instruments/recorder.hpp"

#include <algorithm>

#include "host/instruments/record_sink.hpp"
#include "host/instruments/record_work.hpp"

namespace sprig {

namespace {

constexpr auto kBetweenFlushes = std::chrono::seconds(1);

}  // namespace

void RecordedPiece::clear() {
  Recording& r = recording;
  r.spikes.clear(), r.counts.clear(), r.population_spikes.clear();
  r.probe_v.clear(), r.probe_i.clear(), r.probe_theta.clear();
  r.first_step = r.steps = r.total_spikes = 0;
  weights.clear();
}

Recorder::Recorder(const RecorderPlan& plan, Reader* from, const Progress& progress)
    : watch_(plan.watch),
      replicas_(plan.replicas),
      spikes_of_(plan.network.size(), 0),
      flushed_(std::chrono::steady_clock::now()) {
  const RecordContext context{plan.network, plan.replicas, plan.probe};
  for (const RecordLayout& layout : plan.layouts) {
    if (from == nullptr) {
      sinks_.push_back(std::make_unique<RecordSink>(layout, plan.folder));
    } else {
      NpyPosition at;
      (*from)(at);
      sinks_.push_back(std::make_unique<RecordSink>(layout, plan.folder, at, progress));
    }
    const bool whole = layout.every_neuron && layout.first_step == plan.begin && layout.end_step == plan.end;
    whole_train_ |= whole && layout.what == RecordedQuantity::spikes;
    const bool hashed = whole && layout.what == RecordedQuantity::counts && hashed_windows_ == nullptr;
    works_.push_back(make_record_work(context, layout, *sinks_.back(), hashed ? &windows_ : nullptr));
    if (hashed) hashed_windows_ = works_.back().get();
  }
  if (from == nullptr) return;
  persist(*this, *from);
  if (spikes_of_.size() != plan.network.size()) from->refuse("counts spikes of other neurons");
  for (const auto& work : works_) work->restore(*from);
}

void Recorder::persist(auto& self, auto& archive) {
  archive(self.train_, self.windows_, self.spikes_of_, self.total_spikes_, self.steps_);
}

void Recorder::flush() {
  for (const auto& sink : sinks_) sink->flush();
  flushed_ = std::chrono::steady_clock::now();
}

void Recorder::keep(Writer& writer) const {
  for (const auto& sink : sinks_) writer(sink->position());
  persist(*this, writer);
  for (const auto& work : works_) work->keep(writer);
}

Recorder::~Recorder() = default;

void Recorder::take(const RecordedPiece& piece) {
  const Recording& r = piece.recording;
  if (piece.counts) {
    if (whole_train_) {
      // The bytes of the list: this is most of what recording a spike costs.
      for (const SpikeEvent& spike : r.spikes)
        train_.add_small(spike.step).add_small(spike.neuron).add_small(spike.replica);
      if (watch_ != nullptr) watch_->add(r.spikes);
    }
    if (piece.spikes)
      for (const SpikeEvent& spike : r.spikes) ++spikes_of_[spike.neuron];
    else
      for (std::size_t k = 0; k < r.counts.size(); ++k) spikes_of_[k / replicas_] += r.counts[k];
    total_spikes_ += r.total_spikes;
    steps_ += piece.steps;
  }
  for (const auto& work : works_) work->take(piece);
  if (std::chrono::steady_clock::now() - flushed_ >= kBetweenFlushes) flush();
}

void Recorder::finish(RunOutcome& out) {
  for (const auto& work : works_) work->finish();
  for (const auto& sink : sinks_) sink->close();
  out.steps = steps_;
  out.total_spikes = total_spikes_;
  out.spikes_of = spikes_of_;
  for (const auto& sink : sinks_) out.rows.push_back(sink->rows());
}

void Recorder::rescue() noexcept {
  const auto attempt = [](const auto& work) {
    try {
      work();
      return true;
    } catch (...) {  // the error that is under way matters more
      return false;
    }
  };
  for (const auto& sink : sinks_)
    if (!attempt([&] { sink->flush(); })) attempt([&] { sink->keep(); });  // the disk is full: what it has is counted
}

std::vector<RecordedArray> Recorder::arrays() {
  std::vector<RecordedArray> arrays;
  for (const auto& sink : sinks_) arrays.push_back(sink->array());
  return arrays;
}

void Recorder::fingerprint(RunOutcome& out, std::uint64_t state) const {
  out.state_hash = Hash().add(state).hex();
  Hash hash;
  if (whole_train_) {
    hash = train_;
    out.hash_of = "spike train and final state";
  } else if (hashed_windows_ != nullptr) {
    hash = windows_;
    out.hash_of = "spike counts per window and final state";
  } else {
    hash.add(spikes_of_);
    out.hash_of = "spike counts per neuron and final state";
  }
  out.hash = hash.add(total_spikes_).add(state).hex();
}

}  // namespace sprig
