#include "host/ranks/mpi_exchange.hpp"
#include "sprig/ranks/ranks.hpp"

namespace sprig {

std::unique_ptr<Exchange> begin_mpi() {
  throw DeviceError("ranks",
                    "this process was started as one of several, and sprig was built without MPI (SPRIG_MPI=ON); "
                    "SPRIG_RANKS=off in the environment makes each of them a process of its own");
}

std::string mpi_version() { return ""; }

}  // namespace sprig
