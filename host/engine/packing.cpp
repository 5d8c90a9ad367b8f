// Cutting a network into slices and packing each slice's synapses (engine/slices.hpp).
#include "host/engine/packing.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

#include "sprig/core/exception_trap.hpp"
#include "sprig/core/fixed_point.hpp"
#include "sprig/core/quantile.hpp"
#include "sprig/engine/slices.hpp"

namespace sprig {

namespace {

int receptor_of(const LifKind& kind, double weight) { return kind.receptors == 2 && weight < 0 ? 1 : 0; }

// The synapses of row `source` whose targets lie in [first, last); columns ascend.
struct Range {
  std::uint64_t begin, end;
};
Range row_part(const Csr& csr, std::uint32_t source, std::uint32_t first, std::uint32_t last) {
  const auto row = csr.targets.begin();
  const auto begin = row + static_cast<std::ptrdiff_t>(csr.offsets[source]);
  const auto end = row + static_cast<std::ptrdiff_t>(csr.offsets[source + 1]);
  return {static_cast<std::uint64_t>(std::lower_bound(begin, end, first) - row),
          static_cast<std::uint64_t>(std::lower_bound(begin, end, last) - row)};
}

// Fixed-point exponent per population and receptor: [population * 2 + receptor].
std::vector<int> weight_exponents(const Network& network,
                                  const std::vector<std::pair<std::uint32_t, std::uint32_t>>& cuts) {
  const std::size_t n = network.size();
  std::vector<double> sums(2 * n, 0.0);
  std::vector<std::uint32_t> terms(2 * n, 0);
#pragma omp parallel for schedule(dynamic, 1)
  for (std::size_t s = 0; s < cuts.size(); ++s) {  // a column's sum has its row order, whoever owns it
    for (const Csr* csr : {&network.recurrent, &network.input})
      for (std::uint32_t source = 0; source < csr->rows; ++source) {
        const Range part = row_part(*csr, source, cuts[s].first, cuts[s].second);
        for (std::uint64_t k = part.begin; k < part.end; ++k) {
          const std::size_t cell = csr->targets[k] + n * receptor_of(network.kind, csr->weights[k]);
          sums[cell] += std::abs(static_cast<double>(csr->weights[k]));
          ++terms[cell];
        }
      }
  }
  std::vector<int> exponents(2 * network.populations.size(), 0);
  for (std::size_t p = 0; p < network.populations.size(); ++p) {
    const Population& population = network.populations[p];
    for (std::size_t r = 0; r < 2; ++r) {
      const auto begin = static_cast<std::ptrdiff_t>(r * n + population.first);
      const double largest =
          population.count == 0 ? 0 : *std::max_element(sums.begin() + begin, sums.begin() + begin + population.count);
      const std::uint32_t most =
          population.count == 0 ? 0
                                : *std::max_element(terms.begin() + begin, terms.begin() + begin + population.count);
      exponents[2 * p + r] = fixed_point_exponent(largest, most);
    }
  }
  return exponents;
}

PackedRows pack_rows(const Csr& csr, const LifKind& kind, const Slice& slice,
                     const std::vector<std::uint32_t>& population_of, const std::vector<int>& exponents,
                     std::vector<double>& population_error) {
  PackedRows rows;
  rows.uniform_delay = csr.uniform_delay;
  rows.offsets.assign(std::size_t{csr.rows} + 1, 0);
  const std::uint32_t last = slice.first + slice.count;
  for (std::uint32_t source = 0; source < csr.rows; ++source) {
    const Range part = row_part(csr, source, slice.first, last);
    rows.offsets[source + 1] = rows.offsets[source] + (part.end - part.begin);
  }
  rows.synapses.resize(rows.offsets.back());
  if (!csr.delays.empty()) rows.delays.resize(rows.offsets.back());
  for (std::uint32_t source = 0; source < csr.rows; ++source) {
    std::uint64_t out = rows.offsets[source];
    const Range part = row_part(csr, source, slice.first, last);
    for (std::uint64_t k = part.begin; k < part.end; ++k, ++out) {
      const std::uint32_t local = csr.targets[k] - slice.first;
      const double weight = csr.weights[k];
      const int receptor = receptor_of(kind, weight);
      const std::uint32_t population = population_of[local];
      const int exponent = exponents[2 * std::size_t{population} + receptor];
      const std::int32_t fixed = to_fixed(weight, exponent);
      rows.synapses[out] = {static_cast<std::uint32_t>(receptor) * slice.count + local, fixed};
      if (!csr.delays.empty()) rows.delays[out] = csr.delays[k];
      population_error[population] =
          std::max(population_error[population], std::abs(fixed * fixed_unit(exponent) - weight));
    }
  }
  return rows;
}

SliceConstants make_constants(const Network& network, const Drive& drive, const Slice& slice,
                              const std::vector<std::uint32_t>& population_of, const std::vector<int>& exponents,
                              const PoissonTable& poisson) {
  const double h = network.step_ms;
  const NeuronParameters& p = network.neurons;
  const bool exponential = network.kind.synapse == Synapse::exponential;
  const bool two = network.kind.receptors == 2;
  SliceConstants c;
  const auto add = [](std::vector<real>& to, double value) {
    to.push_back(static_cast<real>(value) + real{0});
  };  // no -0
  for (std::uint32_t local = 0; local < slice.count; ++local) {
    const std::size_t i = slice.first + local;
    add(c.p22, std::exp(-h / p.tau_m_ms[i]));
    add(c.p20, lif_p20(h, p.tau_m_ms[i], p.resistance[i]));
    if (exponential) {
      add(c.p11_0, std::exp(-h / p.tau_syn_exc_ms[i]));
      add(c.p21_0, lif_p21(h, p.tau_m_ms[i], p.tau_syn_exc_ms[i], p.resistance[i]));
      if (two) {
        add(c.p11_1, std::exp(-h / p.tau_syn_inh_ms[i]));
        add(c.p21_1, lif_p21(h, p.tau_m_ms[i], p.tau_syn_inh_ms[i], p.resistance[i]));
      }
    }
    add(c.v_th, p.v_th[i] - p.e_l[i]);
    add(c.v_reset, p.v_reset[i] - p.e_l[i]);
    if (network.kind.adaptive) {
      add(c.theta_decay, std::exp(-h / p.tau_theta_ms[i]));
      add(c.theta_plus, p.theta_plus[i]);
    }
    c.refractory_steps.push_back(static_cast<std::int32_t>(std::llround(p.t_ref_ms[i] / h)));
    add(c.unit_0, fixed_unit(exponents[2 * std::size_t{population_of[local]}]));
    if (two) add(c.unit_1, fixed_unit(exponents[2 * std::size_t{population_of[local]} + 1]));
    add(c.external, p.i_dc[i]);
    if (!drive.noise_sigma.empty()) add(c.noise_sigma, drive.noise_sigma[i]);
    for (std::uint32_t k = 0; k < drive.channels; ++k) add(c.current_gain, drive.current_gain[i * drive.channels + k]);
    if (!drive.poisson_rate_hz.empty()) {
      const double weight = drive.poisson_weight[i];
      const bool second = receptor_of(network.kind, weight) == 1;
      add(c.poisson_weight_0, second ? 0.0 : weight);
      if (two) add(c.poisson_weight_1, second ? weight : 0.0);
      c.poisson_row.push_back(poisson.row[i]);
    }
    c.draw_id.push_back(network.original_id.empty() ? static_cast<std::uint32_t>(i) : network.original_id[i]);
  }
  return c;
}

}  // namespace

SlicedNetwork slice_network(const Network& network, const Drive& drive, std::uint32_t slices) {
  check_drive(network, drive);
  const std::uint32_t n = network.size();
  slices = std::clamp<std::uint32_t>(slices, 1, std::max<std::uint32_t>(n, 1));

  SlicedNetwork result;
  result.kind = network.kind;
  result.neurons = n;
  result.sources = network.recurrent.rows;
  result.input_channels = network.input.rows;
  result.signal_channels = drive.channels;
  result.min_delay = network.recurrent.min_delay();
  const std::uint32_t longest = std::max(network.recurrent.max_delay(), network.input.max_delay());
  result.delay_slots = std::bit_ceil(longest + 1u);

  std::vector<std::pair<std::uint32_t, std::uint32_t>> cuts;
  for (std::uint32_t s = 0; s < slices; ++s)
    cuts.emplace_back(static_cast<std::uint32_t>(std::uint64_t{n} * s / slices),
                      static_cast<std::uint32_t>(std::uint64_t{n} * (s + 1) / slices));
  const std::vector<int> exponents = weight_exponents(network, cuts);
  const PoissonTable poisson = poisson_table(drive.poisson_rate_hz, network.step_ms);
  result.poisson_columns = poisson.columns;
  result.poisson_table = poisson.thresholds;
  if (!drive.noise_sigma.empty()) result.noise_table = normal_quantiles(0, 1);

  result.slices.resize(slices);
  std::vector<std::vector<double>> errors(slices, std::vector<double>(network.populations.size(), 0.0));
  ExceptionTrap trap;
#pragma omp parallel for schedule(dynamic, 1)
  for (std::uint32_t s = 0; s < slices; ++s)
    trap.run([&] {
      Slice& slice = result.slices[s];
      slice.first = cuts[s].first;
      slice.count = cuts[s].second - cuts[s].first;
      std::vector<std::uint32_t> population_of(slice.count, 0);
      for (std::uint32_t p = 0; p < network.populations.size(); ++p) {
        const Population& population = network.populations[p];
        const std::uint32_t begin = std::max(population.first, slice.first);
        const std::uint32_t end = std::min(population.first + population.count, slice.first + slice.count);
        for (std::uint32_t i = begin; i < end; ++i) population_of[i - slice.first] = p;
      }
      slice.constants = make_constants(network, drive, slice, population_of, exponents, poisson);
      slice.recurrent = pack_rows(network.recurrent, network.kind, slice, population_of, exponents, errors[s]);
      slice.input = pack_rows(network.input, network.kind, slice, population_of, exponents, errors[s]);
    });
  trap.rethrow();

  double largest = 0;
  for (const Csr* csr : {&network.recurrent, &network.input})
    for (const float w : csr->weights) largest = std::max(largest, std::abs(static_cast<double>(w)));
  for (const auto& per_population : errors)
    for (const double error : per_population)
      if (largest > 0) result.weight_error = std::max(result.weight_error, error / largest);
  return result;
}

}  // namespace sprig
