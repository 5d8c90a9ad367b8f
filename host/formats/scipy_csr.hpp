// A matrix as scipy.sparse.save_npz stores it. Internal to formats.
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "sprig/formats/npz.hpp"
#include "sprig/network/network.hpp"

namespace sprig {

// A matrix's index arrays in the integer width SciPy would choose, kept alive while they are written.
struct ScipyCsr {
  std::vector<std::int32_t> indptr32, indices32;
  std::vector<std::int64_t> indptr64, indices64;
  std::vector<std::int64_t> shape;

  ScipyCsr(const Csr& csr) : shape{csr.rows, csr.cols} {
    constexpr std::uint64_t limit = std::numeric_limits<std::int32_t>::max();
    if (csr.synapses() <= limit && csr.cols <= limit) {
      indptr32.assign(csr.offsets.begin(), csr.offsets.end());
      indices32.assign(csr.targets.begin(), csr.targets.end());
    } else {
      indptr64.assign(csr.offsets.begin(), csr.offsets.end());
      indices64.assign(csr.targets.begin(), csr.targets.end());
    }
  }

  void append(std::vector<NpyArray>& arrays, const std::string& prefix, const Csr& csr) const {
    if (indptr64.empty()) {
      arrays.push_back(npy_vector(prefix + "indices", indices32));
      arrays.push_back(npy_vector(prefix + "indptr", indptr32));
    } else {
      arrays.push_back(npy_vector(prefix + "indices", indices64));
      arrays.push_back(npy_vector(prefix + "indptr", indptr64));
    }
    arrays.push_back({prefix + "format", "|S3", {}, "csr", 3});
    arrays.push_back(npy_vector(prefix + "shape", shape));
    arrays.push_back(npy_vector(prefix + "data", csr.weights));
  }
};

}  // namespace sprig
