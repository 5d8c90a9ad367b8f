// The host-device macro and the scalar type of neuron state. Readable by the host compiler and by nvcc.
#pragma once

#if defined(__CUDACC__)
#define SPRIG_HD __host__ __device__
#else
#define SPRIG_HD
#endif

namespace sprig {

// Scalar of the neuron state. A build with SPRIG_DOUBLE exists for checks; it produces another set of bits.
#if defined(SPRIG_DOUBLE)
using real = double;
#else
using real = float;
#endif

}  // namespace sprig
