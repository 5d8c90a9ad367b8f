// One network over ranks that are threads of the test.
#pragma once

#include <exception>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "host/engine/in_process_exchange.hpp"
#include "sprig/engine/simulation.hpp"

namespace sprig::test {

// Runs body(rank, exchange) on each of `ranks` threads; an error of a rank goes to the others as it does in the
// program. What each rank ended with, an empty text where it was no error.
inline std::vector<std::string> on_ranks(int ranks, const std::function<void(int, Exchange&)>& body) {
  RankBoard board(ranks);
  std::vector<std::string> ends(static_cast<std::size_t>(ranks));
  std::vector<std::thread> threads;
  for (int rank = 0; rank < ranks; ++rank)
    threads.emplace_back([&, rank] {
      const auto exchange = board.exchange(rank);
      try {
        body(rank, *exchange);
      } catch (const Error& error) {
        ends[static_cast<std::size_t>(rank)] = exchange->fail(error.code(), error.what()).what();
      }
    });
  for (std::thread& thread : threads) thread.join();
  return ends;
}

// The simulation of `network` on rank 0, while the others serve. As on_ranks().
template <class Description>
std::vector<std::string> simulate_on_ranks(int ranks, const Description& network, const Drive& drive,
                                           const SimulationOptions& options,
                                           const std::function<void(Simulation&)>& body) {
  return on_ranks(ranks, [&](int rank, Exchange& exchange) {
    SimulationOptions own = options;
    own.ranks.exchange = &exchange;
    const auto simulation = make_simulation(network, drive, own);
    if (rank == 0)
      body(*simulation);
    else
      simulation->serve();
  });
}

}  // namespace sprig::test
