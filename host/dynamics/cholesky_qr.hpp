// F = Q R by the Cholesky factor of F^T F, twice over (CholeskyQR2; Yamamoto, Nakatsukasa, Yanagisawa, Fukaya 2015,
// Electron. Trans. Numer. Anal. 44, 306): as many operations as by Householder reflections, all of them in products.
// The columns may be of any lengths. Q and R are those of Householder's within rounding, times the condition that is
// left when every column is brought to length 1.
#pragma once

#include <vector>

#include "host/dynamics/panel_products.hpp"

namespace sprig::cpu {

// One pass: where the frame's condition allows it, F becomes F R^-1 and so do the carried rows, `diagonal` [column] is
// multiplied by r_kk (> 0), and the answer is true. Otherwise nothing is changed. Columns beyond diagonal.size() are
// zero and stay so. last: the columns must be orthogonal already but for what one pass leaves.
bool cholesky_pass(const Panels& frame, const std::vector<Panels>& carried, std::vector<double>& diagonal, bool last,
                   int threads);

}  // namespace sprig::cpu
