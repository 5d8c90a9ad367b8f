// What a study says of lnp against its controls, with one correction for all comparisons.
#include "host/app/study/table.hpp"

namespace sprig::app {

namespace {

constexpr double kLevel = 0.05;

struct Claim {
  std::size_t line, other;
  std::string control;
  Interval difference;
  std::size_t seeds;
};

std::string verdict(const Claim& claim, double adjusted) {
  if (!(adjusted < kLevel)) return "tie";
  return claim.difference.mean < 0 ? "better" : "worse";
}

}  // namespace

void Summary::claims(std::string& text, Json& json) const {
  std::vector<Claim> claims;
  std::vector<double> p_values;
  const auto score = [](const Row& r) { return r.score; };
  for (std::size_t v = 0; v < grid_.lines.size(); ++v) {
    if (!chosen(v) || grid_.lines[v].method != PruneMethod::lnp) continue;
    const std::pair<std::string, std::optional<std::size_t>> controls[] = {
        {"dense", dense_of(v)},
        {"random", random_of(v)},
        {"random at its rate", random_at_rate(v) != random_of(v) ? random_at_rate(v) : std::nullopt},
        {"random_by_sign", control_of(v, PruneMethod::random_by_sign)},
        {"weight", control_of(v, PruneMethod::weight)},
        {"activity", control_of(v, PruneMethod::activity)}};
    for (const auto& [name, other] : controls) {
      if (!other) continue;
      const auto [a, b] = pairs(v, *other, score);
      if (a.size() < 2) continue;
      claims.push_back({v, *other, name, paired_difference(a, b), a.size()});
      p_values.push_back(paired_p_value(a, b));
    }
  }
  if (claims.empty()) return;
  const std::vector<double> adjusted = holm_adjusted(p_values);
  TextTable table({"task", "kept", "lnp", "minus", "difference", "p", "p (Holm)", "verdict", "lambda task"});
  for (std::size_t c = 0; c < claims.size(); ++c) {
    const Claim& claim = claims[c];
    const Line &line = grid_.lines[claim.line], &other = grid_.lines[claim.other];
    const bool ridge = line.training == Training::ridge;
    const Interval stability = difference(claim.line, claim.other, [](const Row& r) { return r.lambda_task; });
    table.add({line.task + (ridge ? "" : ", " + std::string(name_of(line.training))), number_text(line.density),
               line.variant.empty() ? "plain" : line.variant, claim.control,
               interval_text(claim.difference.mean, claim.difference.half_width), number_text(p_values[c], 2),
               number_text(adjusted[c], 2), verdict(claim, adjusted[c]),
               interval_text(stability.mean, stability.half_width, 4)});
    json.push_back({{"task", line.task},
                    {"training", name_of(line.training)},
                    {"variant", line.variant},
                    {"density", line.density},
                    {"gain", line.gain},
                    {"control", claim.control},
                    {"control_gain", other.gain},
                    {"seeds", claim.seeds},
                    {"difference", interval_json(claim.difference)},
                    {"lambda_task_difference", interval_json(stability)},
                    {"p", p_values[c]},
                    {"p_holm", adjusted[c]},
                    {"verdict", verdict(claim, adjusted[c])}});
  }
  text += "lnp against its controls, " + std::to_string(claims.size()) +
          " comparisons corrected together (Holm, level 0.05):\n" + table.text();
}

}  // namespace sprig::app
