// Competitive learning on the CPU: a model a thread.
#include "host/learning/competitive/block.hpp"
#include "sprig/core/exception_trap.hpp"
#include "sprig/core/threads.hpp"
#include "sprig/learning/competitive/check.hpp"
#include "sprig/learning/competitive/competitive.hpp"
#include "sprig/learning/competitive/step.hpp"
#include "sprig/learning/competitive/weights.hpp"

namespace sprig::cpu {

void present(View<Presentations> models, int threads) {
  check_presentations(models);
  ExceptionTrap trap;
#pragma omp parallel for schedule(dynamic, 1) num_threads(team_size(threads))
  for (std::size_t m = 0; m < models.size; ++m)
    trap.run([&] {
      Presentations& job = models[m];
      CompetitiveBlock block(job, WeightsOf32Bits{job.state->weights.data()});
      for (std::size_t k = 0; k < job.which.size && job.failure.empty(); ++k) {
        block.show(k);
        present_image(block);
        const std::uint32_t j = block.not_finite();
        if (j < job.options->neurons) job.failure = failure_text(j, job.which[k]);
      }
    });
  trap.rethrow();
}

}  // namespace sprig::cpu
