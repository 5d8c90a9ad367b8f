// Competitive learning on the CPU: a model a thread.
#include <memory>
#include <optional>

#include "host/learning/competitive/layer.hpp"
#include "host/learning/competitive/plasticity.hpp"
#include "sprig/core/exception_trap.hpp"
#include "sprig/core/threads.hpp"
#include "sprig/learning/competitive/competitive.hpp"
#include "sprig/learning/competitive/weights.hpp"

namespace sprig::cpu {

namespace {

template <class Weights>
class Model {
 public:
  Model(Presentations& job, Weights weights)
      : job_(job),
        o_(*job.options),
        c_(o_, job.learning),
        spikes_(make_pixel_spikes(o_.code, o_.rate_hz, o_.step_ms, o_.seed, o_.steps)),
        layer_(o_, c_, weights, job.state->theta, job.operations) {
    if (job.learning) plasticity_.emplace(o_, c_, weights, *job.state, job.images->pixels, job.operations);
    job_.counts.assign(job.which.size * o_.neurons, 0);
  }

  void present(std::size_t k) {
    const std::uint32_t image = job_.which[k], id = job_.images->first_id + image;
    std::uint32_t* counts = job_.counts.data() + k * o_.neurons;
    spikes_->draw(job_.images->image(image), id, job_.first_step, o_.steps);
    layer_.start();
    if (plasticity_) plasticity_->start();
    for (std::uint32_t t = 0; t < presentation_steps(o_); ++t) {
      layer_.step(t > 0 ? spikes_->at(t - 1) : View<const std::uint32_t>{}, id, job_.first_step + t);
      for (const std::uint32_t j : layer_.emitted()) ++counts[j];
      if (plasticity_) plasticity_->step(t, spikes_->at(t), layer_.emitted(), counts);
    }
    if (plasticity_) {
      job_.state->theta = layer_.theta();
      plasticity_->finish();
    }
    if (const std::uint32_t j = layer_.not_finite(); j < o_.neurons) job_.failure = failure_text(j, image);
  }

 private:
  Presentations& job_;
  const CompetitiveOptions& o_;
  const CompetitiveConstants c_;
  std::unique_ptr<SpikesByStep> spikes_;
  CompetitiveLayer<Weights> layer_;
  std::optional<CompetitivePlasticity<Weights>> plasticity_;  // of a model that learns
};

}  // namespace

void present(View<Presentations> models, int threads) {
  check_presentations(models);
  ExceptionTrap trap;
#pragma omp parallel for schedule(dynamic, 1) num_threads(team_size(threads))
  for (std::size_t m = 0; m < models.size; ++m)
    trap.run([&] {
      Model model(models[m], WeightsOf32Bits{models[m].state->weights.data()});
      for (std::size_t k = 0; k < models[m].which.size && models[m].failure.empty(); ++k) model.present(k);
    });
  trap.rethrow();
}

}  // namespace sprig::cpu
