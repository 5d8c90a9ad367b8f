// The words that stand for enumerators in configurations and results; one table an enumeration, in enumerator order.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

#include "sprig/dynamics/lyapunov.hpp"
#include "sprig/engine/simulation.hpp"
#include "sprig/network/builders.hpp"
#include "sprig/network/standard_networks.hpp"
#include "sprig/neuron/lif.hpp"
#include "sprig/pruning/prune.hpp"
#include "sprig/tasks/forecast.hpp"
#include "sprig/tasks/unsupervised.hpp"

namespace sprig {

enum class StudyMode { grid, operating_point };
enum class Training { ridge, stdp, bptt };  // of a study; every one ends with a ridge readout
enum class BenchNetwork { microcircuit, vogels, brunel, vogels_large, brunel_large, brunel_plus, hrsnn, sweep };
enum class BrunelRegime { a, b, c, d };       // the four of Brunel 2000, figure 8
enum class BenchCheck { none, rates, full };  // full: intervals and correlations too, against a second seed

inline constexpr std::array<std::string_view, 3> kDeviceNames{"cpu", "cuda", "auto"};
inline constexpr std::array<std::string_view, 3> kCudaEngineNames{"auto", "plain", "resident"};
inline constexpr std::array<std::string_view, 3> kUpdateNames{"clock", "event", "auto"};
inline constexpr std::array<std::string_view, 6> kTopologyNames{
    "random", "fixed_in_degree", "fixed_total", "small_world", "clustered", "small_world_clusters"};
inline constexpr std::array<std::string_view, 5> kDistributionNames{"constant", "normal", "lognormal", "gamma",
                                                                    "uniform"};
inline constexpr std::array<std::string_view, 2> kSynapseNames{"delta", "exponential"};
inline constexpr std::array<std::string_view, 2> kResetNames{"hard", "soft"};
inline constexpr std::array<std::string_view, 2> kLyapunovMethodNames{"saltation", "surrogate"};
inline constexpr std::array<std::string_view, 2> kVelocityAtNames{"overshoot", "threshold"};
inline constexpr std::array<std::string_view, 14> kPruneMethodNames{"lnp",
                                                                    "random",
                                                                    "none",
                                                                    "dense",
                                                                    "magnitude",
                                                                    "weight",
                                                                    "noise",
                                                                    "noise_empirical",
                                                                    "resistance",
                                                                    "activity",
                                                                    "correlation",
                                                                    "betweenness_high",
                                                                    "betweenness_low",
                                                                    "degree"};
inline constexpr std::array<std::string_view, 3> kScoreNames{"l", "w", "wl"};
inline constexpr std::array<std::string_view, 4> kKeptWeightNames{"rescale", "capped", "mask", "stable"};
inline constexpr std::array<std::string_view, 2> kPerNeuronNames{"frame", "index"};
inline constexpr std::array<std::string_view, 2> kEncodingNames{"current", "population"};
inline constexpr std::array<std::string_view, 3> kCsvHeaderNames{"auto", "yes", "no"};
inline constexpr std::array<std::string_view, 8> kBenchNetworkNames{
    "microcircuit", "vogels", "brunel", "vogels-large", "brunel-large", "brunel-plus", "hrsnn", "sweep"};
inline constexpr std::array<std::string_view, 2> kBackgroundNames{"poisson", "dc"};
inline constexpr std::array<std::string_view, 4> kBrunelRegimeNames{"A", "B", "C", "D"};
inline constexpr std::array<std::string_view, 3> kBenchCheckNames{"none", "rates", "full"};
inline constexpr std::array<std::string_view, 2> kStudyModeNames{"grid", "operating_point"};
inline constexpr std::array<std::string_view, 3> kTrainingNames{"ridge", "stdp", "bptt"};
inline constexpr std::array<std::string_view, 4> kFeatureRuleNames{"pair", "triplet", "asp", "spikedyn"};
inline constexpr std::array<std::string_view, 2> kEnergySourceNames{"auto", "counted"};
inline constexpr std::array<std::string_view, 2> kPixelCodeNames{"poisson", "intervals"};
inline constexpr std::array<std::string_view, 2> kInhibitionNames{"direct", "population"};
inline constexpr std::array<std::string_view, 2> kProtocolNames{"static", "dynamic"};
inline constexpr std::array<std::string_view, 2> kVoteNames{"all_activity", "proportion"};

template <class Enum, std::size_t n>
constexpr std::string_view name_of(Enum value, const std::array<std::string_view, n>& names) {
  return names[static_cast<std::size_t>(value)];
}
inline std::string_view name_of(Training training) { return name_of(training, kTrainingNames); }
inline std::string_view name_of(PruneMethod method) { return name_of(method, kPruneMethodNames); }
inline std::string_view name_of(Device device) { return name_of(device, kDeviceNames); }
inline std::string_view name_of(Topology topology) { return name_of(topology, kTopologyNames); }
inline std::string_view name_of(BenchNetwork network) { return name_of(network, kBenchNetworkNames); }
inline std::string_view name_of(UpdateMode update) { return name_of(update, kUpdateNames); }

}  // namespace sprig
