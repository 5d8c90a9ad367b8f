#include "host/engine/ranked_simulation.hpp"

#include <algorithm>
#include <utility>

#include "host/engine/ranked_records.hpp"
#include "host/engine/ranked_state.hpp"
#include "sprig/core/refuse.hpp"
#include "sprig/engine/call_check.hpp"

namespace sprig {

void persist(IsOptions<RecordOptions> auto& what, auto& archive) {
  archive(what.spikes, what.count_window_steps, what.probe, what.trajectory);
}
void persist(IsOptions<Drive> auto& drive, auto& archive) {
  archive(drive.poisson_rate_hz, drive.poisson_weight, drive.noise_sigma, drive.channels, drive.current_gain,
          drive.current);
}

}  // namespace sprig

namespace sprig::cpu {

namespace {

enum class Ask : std::uint32_t { advance, set_drive, state, set_state, end };

// What rank 0 says to the others before each call.
struct Call {
  Ask ask = Ask::end;
  std::uint64_t steps = 0, phase = 0;
  bool records = false;
  RecordOptions what;
  std::vector<real> signal;
  std::uint32_t samples = 0, steps_per_sample = 1;
  std::vector<Input::Spike> spikes;
  static void persist(auto& self, auto& archive) {
    archive(self.ask, self.steps, self.phase, self.records, self.what, self.signal, self.samples, self.steps_per_sample,
            self.spikes);
  }
  Input input() const { return {signal, samples, steps_per_sample, spikes}; }
};

void announce(Exchange& exchange, const Call& call) {
  Boxes all;
  exchange.share(persisted(call), all);
}

Call hear(Exchange& exchange) {
  Boxes all;
  exchange.share({}, all);
  Call call;
  read_persisted(all[0], "call of rank 0", call);
  return call;
}

// A rank's part of advance(): what it recorded, in bytes, where records are wanted.
std::vector<char> advance_part(CpuSimulation& own, const NeuronPart& part, const Call& call) {
  if (!call.records) {
    own.advance(call.steps, call.input(), {}, nullptr);
    return {};
  }
  Recording recording;
  recording.steps = call.phase;
  own.advance(call.steps, call.input(), records_of_part(call.what, part), &recording);
  return recorded_bytes(recording);
}

}  // namespace

RankedSimulation::RankedSimulation(const Network& whole, std::vector<std::uint32_t> parts,
                                   std::unique_ptr<CpuSimulation> own, std::uint32_t delay_slots,
                                   std::vector<int> exponents, const SimulationOptions& options,
                                   std::uint32_t signal_channels)
    : exchange_(*options.ranks.exchange),
      first_(std::move(parts)),
      own_(std::move(own)),
      kind_(whole.kind),
      replicas_(options.replicas),
      delay_slots_(delay_slots),
      signal_channels_(signal_channels),
      input_channels_(whole.input.rows),
      exponents_(std::move(exponents)),
      writer_(exchange_.is_root() ? whole : Network(), options.replicas) {}

RankedSimulation::~RankedSimulation() {
  if (!exchange_.is_root() || exchange_.over() || at_work_) return;
  try {
    announce(exchange_, Call{});
  } catch (const std::exception&) {  // whoever exchanges next learns of it
  }
}

void RankedSimulation::serve() {
  for (;;) {
    const Call call = hear(exchange_);
    const NeuronPart mine = part(exchange_.rank());
    switch (call.ask) {
      case Ask::advance: {
        std::vector<char> bytes = advance_part(*own_, mine, call);
        if (call.records) exchange_.collect(std::move(bytes), {});
        break;
      }
      case Ask::set_drive: {
        Drive drive;
        read_persisted(exchange_.deal({}), "drive of rank 0", drive);
        own_->set_drive(drive);
        break;
      }
      case Ask::state:
        exchange_.collect(persisted(own_->state()), {});
        break;
      case Ask::set_state: {
        SimulationState state;
        read_persisted(exchange_.deal({}), "state of rank 0", state);
        own_->set_state(state);
        break;
      }
      case Ask::end:
        return;
    }
  }
}

void RankedSimulation::advance(std::uint64_t steps, const Input& input, const RecordOptions& what,
                               Recording* recording) {
  check_call({first_.back(), replicas_, signal_channels_, input_channels_}, steps, input, what, recording);
  if (steps == 0) return;
  Call call;
  call.ask = Ask::advance;
  call.steps = steps;
  call.records = recording != nullptr;
  if (call.records) {
    call.what = what;
    if (what.count_window_steps > 0) call.phase = recording->steps % what.count_window_steps;
  }
  call.signal.assign(input.signal.begin(), input.signal.end());
  call.samples = input.samples;
  call.steps_per_sample = input.steps_per_sample;
  call.spikes.assign(input.spikes.begin(), input.spikes.end());
  at_work_ = true;
  announce(exchange_, call);
  const std::uint64_t first_step = own_->step();
  std::vector<char> own = advance_part(*own_, part(0), call);
  if (recording == nullptr) {
    at_work_ = false;
    return;
  }
  std::vector<RecordedPart> parts;
  exchange_.collect(std::move(own), [&](int rank, const std::vector<char>& bytes) {
    parts.push_back({part(rank), read_recording(bytes)});
  });
  at_work_ = false;
  writer_.begin(first_step, steps, what, recording);
  join_records(parts, call.phase, first_step, writer_.populations(), writer_, *recording);
}

void RankedSimulation::set_drive(const Drive& drive) {
  Call call;
  call.ask = Ask::set_drive;
  at_work_ = true;
  announce(exchange_, call);
  Drive own;
  read_persisted(exchange_.deal([&](int rank) { return persisted(drive_of_part(drive, part(rank))); }), "own drive",
                 own);
  own_->set_drive(own);
  at_work_ = false;
}

SimulationState RankedSimulation::state() const {
  Call call;
  call.ask = Ask::state;
  at_work_ = true;
  announce(exchange_, call);
  StateOfParts all(kind_, first_, replicas_, delay_slots_);
  exchange_.collect(persisted(own_->state()), [&](int rank, const std::vector<char>& bytes) {
    SimulationState of_part;
    read_persisted(bytes, "state of a rank", of_part);
    all.add(part(rank), of_part);
  });
  at_work_ = false;
  return std::move(all).state();
}

void RankedSimulation::set_state(const SimulationState& state) {
  check_state({first_.back(), replicas_, delay_slots_, kind_, exponents_}, state);
  Call call;
  call.ask = Ask::set_state;
  at_work_ = true;
  announce(exchange_, call);
  SimulationState own;
  read_persisted(
      exchange_.deal([&](int rank) { return persisted(state_of_part(state, kind_, part(rank), replicas_)); }),
      "own state", own);
  own_->set_state(own);
  at_work_ = false;
}

std::string RankedSimulation::device_name() const {
  const int ranks = exchange_.ranks(), each = own_->threads();
  return "cpu (" + std::to_string(ranks) + " ranks of " + std::to_string(each) + (each == 1 ? " thread)" : " threads)");
}

std::unique_ptr<Simulation> make_ranked(const WholeNetwork& whole, const Drive& drive,
                                        const SimulationOptions& options) {
  Exchange& exchange = *options.ranks.exchange;
  const Network& network = whole.network;
  const auto ranks = static_cast<std::uint32_t>(exchange.ranks());
  require_divisible(options.device, network.plasticity.has_value(), ranks);
  check_drive(network, drive);
  std::vector<std::uint32_t> first = options.ranks.first;
  if (first.empty())
    first = cut_for_ranks(network.size(),
                          whole.procedural ? expected_in_degrees(*whole.procedural) : in_degrees_of(network.recurrent),
                          ranks);
  const NeuronPart part = part_of_rank(first, network.size(), ranks, static_cast<std::uint32_t>(exchange.rank()));
  const bool by_events = begins_by_events(network, drive, options.update);
  const Network own = network_of_part(network, part, whole.procedural == nullptr);
  const Drive own_drive = drive_of_part(drive, part);
  SimulationOptions own_options = options;
  if (!by_events) own_options.update = UpdateMode::clock;  // of all ranks, whatever the drive of one
  auto [sliced, present] = slice_part(own, whole, part, own_drive, slice_policy(own, own_options, by_events), exchange);
  const std::uint32_t delay_slots = sliced.delay_slots;
  const std::vector<int> exponents = sliced.exponents;
  auto rows = std::make_shared<const SlicedRows>(take_rows(sliced));
  auto simulation = std::make_unique<CpuSimulation>(
      own, std::move(sliced), std::move(rows), own_drive, own_options,
      std::make_unique<RankSpikes>(exchange, part, std::move(present), options.replicas));
  return std::make_unique<RankedSimulation>(network, std::move(first), std::move(simulation), delay_slots, exponents,
                                            options, drive.channels);
}

}  // namespace sprig::cpu
