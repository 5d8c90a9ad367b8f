// The ranks that a launcher of MPI (mpirun, srun) started this process among. The only room that knows MPI.
#pragma once

#include <memory>
#include <string>

#include "sprig/engine/exchange.hpp"

namespace sprig {

// Those that the launcher's environment speaks of; null where the process is alone, or SPRIG_RANKS=off says that it is
// to be. MPI is begun for several alone, and ended when the Exchange goes. Errors: DeviceError where there are several
// and sprig was built without MPI.
std::unique_ptr<Exchange> join_ranks();

// The library that carries boxes, "Open MPI v4.1.4"; empty without any.
std::string mpi_version();

}  // namespace sprig
