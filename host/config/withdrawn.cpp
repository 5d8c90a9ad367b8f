// What earlier versions had and this one refuses, with the reason: a configuration that names it was written for
// results that are not to be had any more, so silence or a guess at the spelling would mislead.
#include "host/config/keys.hpp"

namespace sprig::schema {

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

}  // namespace

std::string withdrawn(std::string_view key, std::string_view value) {
  for (const Withdrawn& entry : kWithdrawn)
    if (entry.key == key && entry.value == value) return std::string("was withdrawn: ") + entry.reason;
  return "";
}

}  // namespace sprig::schema
