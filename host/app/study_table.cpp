#include "host/app/study_table.hpp"

#include <algorithm>
#include <cmath>

#include "sprig/io/names.hpp"

namespace sprig::app {

namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr double kNeedsRecurrence = 0.8;  // a task counts where dense has at most this share of none's error

double nrmse(const Row& r) { return r.score.nrmse; }
double valid_time(const Row& r) { return r.score.vpt; }
bool is_tie(const Interval& d) { return !(std::abs(d.mean) > d.half_width); }

}  // namespace

Json row_json(const Variant& v, const Row& r) {
  return {{"task", v.task},
          {"method", name_of(v.method)},
          {"density", v.density},
          {"seed", r.seed},
          {"nrmse", r.score.nrmse},
          {"validation_nrmse", r.score.validation_nrmse},
          {"vpt", r.score.vpt},
          {"sops", r.score.sops},
          {"sops_readout", r.score.sops_readout},
          {"neurons", r.neurons},
          {"synapses", r.synapses},
          {"rate", r.score.rate_hz},
          {"lambda_max", r.lambda_max},
          {"after_failure", r.after_failure}};
}

Json Summary::json() const {
  Json list = Json::array();
  for (std::size_t v = 0; v < variants_.size(); ++v) {
    const Interval error = mean(v, nrmse), vpt = mean(v, valid_time);
    Json entry{{"task", variants_[v].task},
               {"method", name_of(variants_[v].method)},
               {"density", variants_[v].density},
               {"seeds", values(v, nrmse).size()},
               {"nrmse", {{"mean", error.mean}, {"half_width", error.half_width}}},
               {"vpt", {{"mean", vpt.mean}, {"half_width", vpt.half_width}}}};
    for (const auto& [other, name] :
         {std::pair{dense_of(v), "nrmse_minus_dense"}, {random_of(v), "nrmse_minus_random"}}) {
      if (!other || *other == v) continue;
      const Interval d = difference(v, *other);
      entry[name] = {{"mean", d.mean}, {"half_width", d.half_width}, {"tie", is_tie(d)}};
    }
    list.push_back(entry);
  }
  return list;
}

TextTable Summary::table() const {
  TextTable table({"task", "method", "kept", "neurons", "synapses", "NRMSE", "VPT", "SOPs", "rate Hz", "lambda_max",
                   "- dense", "- random"});
  for (std::size_t v = 0; v < variants_.size(); ++v) {
    const Interval error = mean(v, nrmse), vpt = mean(v, valid_time);
    const auto average = [&](auto field, int digits) { return number_text(mean(v, field).mean, digits); };
    table.add({variants_[v].task, std::string(name_of(variants_[v].method)), number_text(variants_[v].density),
               average([](const Row& r) { return static_cast<double>(r.neurons); }, 6),
               average([](const Row& r) { return static_cast<double>(r.synapses); }, 7),
               interval_text(error.mean, error.half_width), interval_text(vpt.mean, vpt.half_width, 2),
               average([](const Row& r) { return r.score.sops; }, 4),
               average([](const Row& r) { return r.score.rate_hz; }, 3),
               average([](const Row& r) { return r.lambda_max; }, 3), against(v, dense_of(v)),
               against(v, random_of(v))});
  }
  return table;
}

void Summary::judge(std::string& text, Json& json) const {
  for (std::size_t v = 0; v < variants_.size(); ++v) {
    const auto dense = dense_of(v);
    if (variants_[v].method != PruneMethod::none || !dense) continue;
    const double with = mean(*dense, nrmse).mean, without = mean(v, nrmse).mean, gain = 1 - with / without;
    if (std::isnan(gain)) continue;  // stopped before both had a row
    const bool counts = with <= kNeedsRecurrence * without;
    text += variants_[v].task + ": dense has " + number_text(100 * std::abs(gain), 3) + " % " +
            (gain >= 0 ? "less" : "more") + " error than none, so the task " +
            (counts ? "counts" : "does not count (20 % less is needed): it does not measure recurrence") + "\n";
    json.push_back(
        {{"task", variants_[v].task}, {"dense", with}, {"none", without}, {"gain", gain}, {"counts", counts}});
  }
}

std::string Summary::footer(bool one_network) const {
  std::size_t done = 0, without = 0;
  std::string first;
  for (const std::optional<Row>& r : rows_) {
    if (!r) continue;
    ++done;
    if (r->after_failure.empty()) continue;
    if (without++ == 0) first = r->after_failure;
  }
  std::string text = "mean +- 95 % interval " + interval_scope({seeds_, done, rows_.size(), one_network}) +
                     "; differences of NRMSE are paired by seed; VPT in Lyapunov times, SOPs per sample\n";
  if (without > 0)
    text += std::to_string(without) + " of " + std::to_string(done) +
            " rows have no lambda_max after pruning (after_failure), the first: " + first + "\n";
  return text;
}

std::vector<double> Summary::values(std::size_t v, Field field) const {
  std::vector<double> list;
  for (std::size_t s = 0; s < seeds_; ++s)
    if (row(v, s) && !std::isnan(field(*row(v, s)))) list.push_back(field(*row(v, s)));
  return list;
}

Interval Summary::mean(std::size_t v, Field field) const {
  const auto list = values(v, field);
  return list.empty() ? Interval{kNaN, kNaN} : mean_interval(list);
}

Interval Summary::difference(std::size_t v, std::size_t other) const {
  std::vector<double> a, b;
  for (std::size_t s = 0; s < seeds_; ++s)
    if (row(v, s) && row(other, s)) a.push_back(nrmse(*row(v, s))), b.push_back(nrmse(*row(other, s)));
  return a.empty() ? Interval{kNaN, kNaN} : paired_difference(a, b);
}

std::string Summary::against(std::size_t v, std::optional<std::size_t> other) const {
  if (!other || *other == v) return "";
  const Interval d = difference(v, *other);
  if (std::isnan(d.half_width)) return number_text(d.mean, 3);
  return interval_text(d.mean, d.half_width) + (is_tie(d) ? " tie" : d.mean < 0 ? " better" : " worse");
}

std::optional<std::size_t> Summary::find(std::size_t v, PruneMethod method, bool same_density) const {
  for (std::size_t o = 0; o < variants_.size(); ++o)
    if (variants_[o].task == variants_[v].task && variants_[o].method == method &&
        (!same_density || variants_[o].density == variants_[v].density))
      return o;
  return std::nullopt;
}

}  // namespace sprig::app
