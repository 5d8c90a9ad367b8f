// Boxes by MPI. Without it host/ranks/no_mpi.cpp says so.
#pragma once

#include <memory>

#include "sprig/engine/exchange.hpp"

namespace sprig {

// Begins MPI. Null: there is one rank after all, and MPI is ended again. Errors: DeviceError without MPI.
std::unique_ptr<Exchange> begin_mpi();

}  // namespace sprig
