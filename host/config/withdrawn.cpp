// What earlier versions had and this one refuses, with the reason or the new name: a configuration that names it was
// written for results that are not to be had any more, or by another name, so silence or a guess at the spelling would
// mislead.
#include "host/config/keys.hpp"

namespace sprig {

namespace {

struct Withdrawn {
  std::string_view key, value;  // value empty: the whole key
  const char* reason;
};

constexpr Withdrawn kWithdrawn[] = {
    {"lyapunov.method", "finite",
     "it was right only at steps of 0.002 ms and below, because on a grid a small perturbation moves a spike by whole "
     "steps or not at all"},
    {"lyapunov.finite_size", "",
     "it belonged to the method \"finite\", which was right only at steps of 0.002 ms and below, because on a grid a "
     "small perturbation moves a spike by whole steps or not at all; methods left: saltation, surrogate"},
    {"prune.kept_weight", "stable",
     "it capped weights by an exponent without the task's input, biased by the step, and acted on random pruning as a "
     "gain; use \"rescale\" and let validation data choose the gain (study.gains)"},
};

struct Renamed {
  std::string_view old_name;
  const char* new_name;
};

constexpr Renamed kRenamed[] = {
    {"search", "[operating_point]"},
    {"search.axes", "operating_point.axes"},
    {"search.budget", "operating_point.budget"},
    {"prune.delocalise", "delocalise.enabled"},
    {"prune.delocalise_budget", "delocalise.budget"},
    {"prune.delocalise_vectors", "delocalise.vectors"},
    {"prune.lambda_bound", "delocalise.lambda_bound"},
};

}  // namespace

std::string withdrawn(std::string_view key, std::string_view value) {
  for (const Withdrawn& entry : kWithdrawn)
    if (entry.key == key && entry.value == value) return std::string("was withdrawn: ") + entry.reason;
  for (const Renamed& entry : kRenamed)
    if (entry.old_name == key && value.empty()) return std::string("is now ") + entry.new_name;
  return "";
}

}  // namespace sprig
