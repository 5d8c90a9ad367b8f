// Step I of LNP without its exponents: seconds and bytes of the linear system's stability, of covariances by each
// method, and of the scores, against neurons and in-degree; beside them how much of the kept set is that of the dense
// covariance. Networks are the demo's (small world, gamma weights, inhibition 4); an exponent is -1/tau_m, that of a
// neuron by itself. Half of the synapses are to be kept.
//
//   bench_step_one                                    all cases, each in a process of its own, and the fits
//   bench_step_one NEURONS IN_DEGREE METHOD SCORE     one; METHOD as in prune.covariance; SCORE l, w or wl
#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <string>
#include <vector>

#include <Eigen/Dense>

#include "host/pruning/edge_scores.hpp"
#include "host/pruning/noise_prune.hpp"
#include "sprig/core/error.hpp"
#include "sprig/core/random.hpp"
#include "sprig/network/builders.hpp"

namespace {

using namespace sprig;

constexpr double kTarget = 0.5;

struct Clock {
  std::chrono::steady_clock::time_point wall = std::chrono::steady_clock::now();
  std::clock_t cpu = std::clock();
  double wall_s() const { return std::chrono::duration<double>(std::chrono::steady_clock::now() - wall).count(); }
  double cpu_s() const { return static_cast<double>(std::clock() - cpu) / CLOCKS_PER_SEC; }
};

template <class Enum>
Enum word(const char* text) {
  const auto words = words_of(Enum{});
  const auto at = std::find(words.begin(), words.end(), text);
  if (at == words.end()) throw UsageError("bench_step_one", std::string("found ") + text);
  return static_cast<Enum>(at - words.begin());
}

double peak_mib() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / 1024;
}

// The share of the set kept by `scores` that `exact` keeps with the same draws.
double shared(const std::vector<double>& scores, const std::vector<double>& exact, double target) {
  const double rho = keep_scale(scores, target), rho_exact = keep_scale(exact, target);
  double kept = 0, both = 0;
  for (std::uint64_t k = 0; k < scores.size(); ++k) {
    const double u = uniform_open(1, Stream::keep_synapse, k, 0);
    kept += u < rho * scores[k];
    both += u < rho * scores[k] && u < rho_exact * exact[k];
  }
  return both / kept;
}

int one_case(std::uint32_t neurons, std::uint32_t in_degree, CovarianceMethod method, ScoreVariant score) {
  NetworkSpec spec;
  spec.neurons = neurons;
  spec.density = static_cast<double>(in_degree) / (neurons - 1);
  spec.gain = 0.2;
  const Network network = build_network(spec, 1);
  const WorkingNetwork work(network);
  const Csr& graph = work.recurrent();
  const Drive drive;
  SimulationOptions simulation;
  PruneOptions options;
  options.covariance = method;
  PruneGuards guards;
  const Progress nobody;
  const auto synapses = static_cast<double>(graph.synapses());
  PlacedDynamics placed(work.network(), simulation);
  const ScoreInput input{work, drive, simulation, placed, options, 0, guards, nobody, {}, kTarget * synapses};
  std::vector<double> decay, exponents;
  for (const double tau : network.neurons.tau_m_ms) decay.push_back(1 / tau), exponents.push_back(-1 / tau);
  Clock of_matrix;
  std::vector<double> l;
  if (score != ScoreVariant::w) l = lyapunov_matrix(graph, exponents, options.epsilon, guards);
  const std::vector<double> strengths =
      synapse_strengths(std::vector<double>(graph.weights.begin(), graph.weights.end()), score, l);
  const double matrix_s = of_matrix.cpu_s(), base_mib = peak_mib();
  Clock of_system;
  const SparseSystem a = noise_system(graph, strengths, decay, options.margin, guards);
  const double system_s = of_system.cpu_s();
  Clock of_scores;
  try {
    const EdgeScores found = covariance_scores(input, a, strengths, nobody);
    const double scores_s = of_scores.cpu_s(), scores_wall_s = of_scores.wall_s(), mib = peak_mib() - base_mib;
    double overlap = std::nan("");
    if (neurons <= 1600 && found.use.method != CovarianceMethod::dense) {
      options.covariance = CovarianceMethod::dense;
      overlap = shared(found.scores, covariance_scores(input, a, strengths, nobody).scores, input.target);
    }
    std::printf("%u %.0f %s %.3f %.3f %.3f %.3f %.1f %llu %.5f %.5f %s%s\n", neurons, synapses,
                std::string(name_of(found.use.method)).c_str(), matrix_s, system_s, scores_s, scores_wall_s, mib,
                static_cast<unsigned long long>(found.use.samples), found.use.overlap, overlap,
                guards.not_hurwitz > 0 ? "dominated" : "stable", found.use.capped ? " capped" : "");
  } catch (const Error& error) {
    std::printf("%u %.0f %s: %s\n", neurons, synapses, std::string(name_of(method)).c_str(), error.what());
  }
  return 0;
}

// seconds ~ c N^a E^b by least squares of logarithms.
void print_fit(const char* what, const std::vector<Eigen::Vector3d>& cases) {
  if (cases.size() < 4) return;
  Eigen::MatrixXd x(cases.size(), 3);
  Eigen::VectorXd y(cases.size());
  for (std::size_t c = 0; c < cases.size(); ++c) {
    const auto row = static_cast<Eigen::Index>(c);
    x.row(row) << 1, std::log(cases[c][0]), std::log(cases[c][1]);
    y[row] = std::log(cases[c][2]);
  }
  const Eigen::Vector3d fit = x.colPivHouseholderQr().solve(y);
  std::printf("%s: %.3g s N^%.2f E^%.2f (%zu cases)\n", what, std::exp(fit[0]), fit[1], fit[2], cases.size());
}

int all_cases(const std::string& self) {
  constexpr std::uint32_t kCases[][2] = {{400, 40},   {1600, 40},  {3200, 40},   {10000, 40},  {400, 100},
                                         {1600, 100}, {3200, 100}, {10000, 100}, {100000, 100}};
  std::puts(
      "neurons synapses method | CPU s: matrix L, system, scores | scores wall s | MiB | samples expected overlap, "
      "found | system");
  for (const char* method : {"dense", "expansion", "sampled", "auto"}) {
    std::vector<Eigen::Vector3d> measured;
    for (const auto& [neurons, in_degree] : kCases) {
      if (std::string(method) == "dense" && neurons > 3200) continue;
      const std::string command =
          self + " " + std::to_string(neurons) + " " + std::to_string(in_degree) + " " + method + " wl";
      std::FILE* pipe = popen(command.c_str(), "r");
      if (pipe == nullptr) return 1;
      char line[1024] = "";
      double n = 0, e = 0, seconds = 0;
      if (std::fgets(line, sizeof line, pipe)) std::fputs(line, stdout);
      std::fflush(stdout);
      if (pclose(pipe) == 0 && std::sscanf(line, "%lf %lf %*s %*f %*f %lf", &n, &e, &seconds) == 3 && seconds > 0)
        measured.emplace_back(n, e, seconds);
    }
    print_fit(method, measured);
  }
  return 0;
}

}  // namespace

int main(int count, char** words) {
  if (count == 1) return all_cases(words[0]);
  if (count != 5) return 2;
  return one_case(static_cast<std::uint32_t>(std::atoi(words[1])), static_cast<std::uint32_t>(std::atoi(words[2])),
                  word<CovarianceMethod>(words[3]), word<ScoreVariant>(words[4]));
}
