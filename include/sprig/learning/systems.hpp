// The systems of `sprig train`, layers that learn from labels: a new one is a word, a member, its fields and a case
// here.
#pragma once

#include <cstdint>
#include <memory>

#include "sprig/core/fields.hpp"
#include "sprig/core/words.hpp"
#include "sprig/learning/event_times/event_times.hpp"
#include "sprig/learning/system.hpp"

namespace sprig {

enum class LayeredRule : std::uint8_t { event_times };
constexpr auto words_of(LayeredRule) { return words<LayeredRule>("event_times"); }

struct LayeredOptions {
  LayeredRule rule = LayeredRule::event_times;
  EventTimeOptions event_times;
};
void fields(IsOptions<LayeredOptions> auto& o, auto&& visit) {
  visit("rule", o.rule, kAnything, "event_times: one spike a neuron, exact gradients of its time (ReL-PSP)");
  fields(o.event_times, visit);
}

inline std::shared_ptr<const LearningSystem> layered_system(const LayeredOptions& options) {
  switch (options.rule) {
    case LayeredRule::event_times:
      break;
  }
  return event_time_system(options.event_times);
}

}  // namespace sprig
