// Whether there are other ranks, from what launchers leave in the environment: MPI itself takes a tenth of a second to
// begin, and a process that is alone does not need it.
#include <cstdlib>
#include <string_view>

#include "host/ranks/mpi_exchange.hpp"
#include "sprig/ranks/ranks.hpp"

namespace sprig {

namespace {

// Open MPI's mpirun; MPICH's, Intel's, and srun with PMI; srun with PMIx, which has a rank and the size of the step.
bool several_were_started() {
  const auto above_one = [](const char* name) {
    const char* text = std::getenv(name);
    return text != nullptr && std::atoi(text) > 1;
  };
  return above_one("OMPI_COMM_WORLD_SIZE") || above_one("PMI_SIZE") ||
         (std::getenv("PMIX_RANK") != nullptr && above_one("SLURM_STEP_NUM_TASKS"));
}

}  // namespace

std::unique_ptr<Exchange> join_ranks() {
  const char* asked = std::getenv("SPRIG_RANKS");
  if ((asked != nullptr && std::string_view(asked) == "off") || !several_were_started()) return nullptr;
  return begin_mpi();
}

}  // namespace sprig
