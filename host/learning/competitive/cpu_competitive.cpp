// Competitive learning on the CPU: a model a thread.
#include "host/learning/competitive/block.hpp"
#include "sprig/core/exception_trap.hpp"
#include "sprig/core/threads.hpp"
#include "sprig/learning/competitive/check.hpp"
#include "sprig/learning/competitive/competitive.hpp"
#include "sprig/learning/competitive/step.hpp"
#include "sprig/learning/competitive/weights.hpp"

namespace sprig::cpu {

namespace {

template <class Rows>
void present_model(Presentations& job, Rows rows) {
  CompetitiveBlock<Rows> block(job, std::move(rows));
  for (std::size_t k = 0; k < job.which.size && job.failure.empty(); ++k) {
    block.show(k);
    present_image(block);
    const std::uint32_t j = block.not_finite();
    if (j < job.options->neurons) job.failure = failure_text(j, job.which[k]);
  }
}

template <std::uint32_t kStored>
void present_codes(Presentations& job) {
  const CompetitiveOptions& o = *job.options;
  const std::uint32_t inputs = job.images->pixels;
  const PackedWeights codes(job.state->codes.data(), o.neurons, weight_codes(o));
  if (opens_codes(o, job.learning)) {
    OpenedCodeRows<kStored> opened(codes, o.weight_rounding, o.neurons, inputs);
    present_model(job, opened.rows());
  } else {
    present_model(job, CodeRows<kStored>(codes, o.weight_rounding, o.neurons, inputs));
  }
}

void present_one(Presentations& job) {
  const std::uint32_t neurons = job.options->neurons;
  switch (stored_bits(job.options->weight_bits)) {
    case 4:
      return present_codes<4>(job);
    case 8:
      return present_codes<8>(job);
    case 16:
      return present_codes<16>(job);
    default:
      return present_model(job, NumberRows(job.state->weights.data(), neurons, neurons, job.images->pixels));
  }
}

}  // namespace

void present(View<Presentations> models, int threads) {
  check_presentations(models);
  ExceptionTrap trap;
#pragma omp parallel for schedule(dynamic, 1) num_threads(team_size(threads))
  for (std::size_t m = 0; m < models.size; ++m) trap.run([&] { present_one(models[m]); });
  trap.rethrow();
}

}  // namespace sprig::cpu
