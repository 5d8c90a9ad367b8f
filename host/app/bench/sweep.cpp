#include "host/app/bench/sweep.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <tuple>

#include <Eigen/Dense>

#include "sprig/session/table.hpp"

namespace sprig::app {

namespace {

std::vector<SweepRow> rows_of(const std::vector<SweepRow>& rows, const std::string& update) {
  std::vector<SweepRow> kept;
  std::copy_if(rows.begin(), rows.end(), std::back_inserter(kept),
               [&](const SweepRow& row) { return row.update == update; });
  return kept;
}

// log(event / clock) of wall times, by rate: where it is below 0, events are faster.
using Advantage = std::map<double, double>;

double crossing(const Advantage& advantage) {
  if (advantage.begin()->second >= 0) return 0;
  const auto above = std::find_if(advantage.begin(), advantage.end(), [](const auto& at) { return at.second >= 0; });
  if (above == advantage.end()) return std::numeric_limits<double>::infinity();
  const auto below = std::prev(above);
  const double share = below->second / (below->second - above->second);
  return std::exp(std::log(below->first) + share * std::log(above->first / below->first));
}

}  // namespace

CostFit fit_costs(const std::vector<SweepRow>& rows) {
  CostFit fit;
  fit.why_not = "it takes at least four cases, of several rates and several numbers of neurons or batches";
  const auto n = static_cast<Eigen::Index>(rows.size());
  if (n < 4) return fit;
  // Each row divided by its wall time: then 1 is what is to be met.
  Eigen::MatrixXd terms(n, 3);
  for (Eigen::Index i = 0; i < n; ++i) {
    const SweepRow& row = rows[static_cast<std::size_t>(i)];
    terms.row(i) << 1, row.events, row.neuron_steps;
    terms.row(i) /= std::max(row.wall_s, 1e-12);
  }
  const Eigen::RowVectorXd scale = terms.colwise().maxCoeff().cwiseMax(1e-300);
  for (Eigen::Index k = 0; k < 3; ++k) terms.col(k) /= scale(k);
  const Eigen::ColPivHouseholderQR<Eigen::MatrixXd> qr(terms);
  if (qr.rank() < 3) return fit;
  const Eigen::VectorXd x = qr.solve(Eigen::VectorXd::Ones(n));
  constexpr const char* kCosts[] = {"the constant", "the cost of an event", "the cost of a neuron's step"};
  for (Eigen::Index k = 0; k < 3; ++k)
    if (x(k) < -1e-9) {  // beyond rounding; every wall time is 1 here
      fit.why_not = std::string(kCosts[k]) + " comes out negative, so wall times are not such a sum here";
      return fit;
    }
  fit.why_not.clear();
  fit.a = x(0) / scale(0);
  fit.b = x(1) / scale(1);
  fit.c = x(2) / scale(2);
  fit.relative_error = std::sqrt((terms * x - Eigen::VectorXd::Ones(n)).squaredNorm() / static_cast<double>(n));
  return fit;
}

std::vector<Crossover> crossovers(const std::vector<SweepRow>& rows) {
  std::map<std::tuple<double, double, double>, Advantage> advantages;
  for (const SweepRow& clock : rows_of(rows, "clock"))
    for (const SweepRow& event : rows_of(rows, "event")) {
      const auto key = [](const SweepRow& r) { return std::tuple(r.neurons, r.synapses_a_neuron, r.batch); };
      if (key(clock) == key(event) && clock.rate_hz == event.rate_hz)
        advantages[key(clock)][clock.rate_hz] = std::log(event.wall_s / clock.wall_s);
    }
  std::vector<Crossover> list;
  list.reserve(advantages.size());
  for (const auto& [key, advantage] : advantages)
    list.push_back({std::get<0>(key), std::get<1>(key), std::get<2>(key), crossing(advantage)});
  return list;
}

std::string sweep_text(const std::vector<SweepRow>& rows) {
  const CostFit fit = fit_costs(rows_of(rows, "clock"));
  std::string text = "by the clock: ";
  text += fit.why_not.empty()
              ? "wall time = " + number_text(1e3 * fit.a, 3) + " ms + " + number_text(1e9 * fit.b, 3) +
                    " ns x synaptic events + " + number_text(1e9 * fit.c, 3) + " ns x neuron-steps, to " +
                    number_text(100 * fit.relative_error, 2) + " % (root mean square over the cases)\n"
              : "no fit: " + fit.why_not + "\n";
  for (const Crossover& at : crossovers(rows)) {
    text += number_text(at.neurons, 9) + " neurons, " + number_text(at.synapses_a_neuron, 9) + " synapses each";
    if (at.batch > 1) text += ", batch " + number_text(at.batch, 6);
    text += at.rate_hz == 0          ? ": the clock is faster at every measured rate\n"
            : std::isinf(at.rate_hz) ? ": events are faster at every measured rate\n"
                                     : ": events are faster below " + number_text(at.rate_hz, 3) + " Hz\n";
  }
  return text;
}

Json sweep_json(const std::vector<SweepRow>& rows) {
  const CostFit fit = fit_costs(rows_of(rows, "clock"));
  Json json{{"fit", nullptr}, {"crossovers", Json::array()}};
  if (fit.why_not.empty())
    json["fit"] = {{"update", "clock"},
                   {"constant_s", fit.a},
                   {"s_per_event", fit.b},
                   {"s_per_neuron_step", fit.c},
                   {"relative_error", fit.relative_error}};
  else
    json["no_fit"] = fit.why_not;
  for (const Crossover& at : crossovers(rows))
    json["crossovers"].push_back({{"neurons", at.neurons},
                                  {"synapses_a_neuron", at.synapses_a_neuron},
                                  {"batch", at.batch},
                                  {"events_faster", at.rate_hz == 0          ? "at no measured rate"
                                                    : std::isinf(at.rate_hz) ? "at every measured rate"
                                                                             : "below rate_hz"},
                                  {"rate_hz", at.rate_hz}});
  return json;
}

}  // namespace sprig::app
