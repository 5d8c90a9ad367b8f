// sprig.learn: models of competing neurons, on an image set of sprig's or on arrays.
#include <pybind11/stl.h>

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "sprig/core/error.hpp"
#include "sprig/learning/competitive/system.hpp"
#include "sprig/session/learn_models.hpp"
#include "sprig/session/place.hpp"
#include "src/arrays.hpp"
#include "src/settings.hpp"
#include "src/verbs.hpp"
#include "src/work.hpp"

namespace sprig::python {

namespace {

// images: [image][row][column], or [image][plane][row][column].
ImageSet images_of(const py::tuple& arrays) {
  const auto images = arrays[0].cast<Values<std::uint8_t>>();
  ImageSet set;
  const auto side = [&](py::ssize_t k) { return static_cast<std::uint32_t>(images.shape(k)); };
  set.shape = images.ndim() == 4 ? ImageShape{side(1), side(2), side(3)} : ImageShape{1, side(1), side(2)};
  set.data = vector_of(images);
  set.labels = vector_of(arrays[1].cast<Values<std::uint8_t>>());
  return set;
}

// Every model through every stage. As far as it came where Ctrl-C stopped it.
void learn_all(LearnModels& models, const LearnImages& images, const Config& config, const Progress& progress) {
  double total = 0;
  for (const Learner& learner : models.learners)
    for (const Stage& stage : learner.stages) total += static_cast<double>(presentations_of(stage));
  ProgressParts parts(progress, total);
  for (std::vector<std::size_t> which; !(which = not_learnt(models)).empty();) {
    std::vector<Learner*> learners;
    double work = 0;
    for (const std::size_t k : which) {
      learners.push_back(&models.learners[k]);
      work += static_cast<double>(presentations_left(*learners.back()));
    }
    run_stage(learners, images.scored(), config.learn.protocol.vote, config.simulation.device,
              config.simulation.threads, parts.next(work));
  }
}

py::dict score_of(const StageScore& score) {
  const auto or_none = [](double x) { return x == x ? py::object(py::float_(x)) : py::none(); };
  py::dict row;
  row["learnt"] = score.learnt;
  row["accuracy"] = score.accuracy;
  row["accuracy_newest"] = or_none(score.newest);
  row["accuracy_previous"] = or_none(score.previous);
  row["spikes"] = score.spikes;
  row["unlabelled"] = score.unlabelled;
  std::vector<std::uint64_t> confusion;
  for (const auto& counts : score.confusion) confusion.insert(confusion.end(), counts.begin(), counts.end());
  row["confusion"] = owned(std::move(confusion), {kImageClasses, kImageClasses + 1});
  return row;
}

// parts: ((images, labels), (images, labels)) to learn from and to be scored by, or None: those of learn.images.
py::dict learn(const Settings& settings, const py::object& parts, const py::object& show) {
  const Config config = configured(settings);
  require_device(config);
  std::optional<LearnImages> images;
  if (!parts.is_none()) {
    const auto both = parts.cast<py::tuple>();
    images.emplace(images_of(both[0]), images_of(both[1]), config.learn.protocol.validation > 0, "images");
  }
  LearnModels models;
  bool complete = true;
  const bool stopped = watched(show, [&](const Progress& progress) {
    if (!images) images.emplace(config.learn);
    models = learn_models(config, *images);
    try {
      learn_all(models, *images, config, progress);
    } catch (const Interrupted&) {
      complete = false;
    }
  });
  py::dict result;
  result["stopped"] = stopped;
  result["complete"] = complete;
  result["hash"] = result_hash(models);
  py::list all;
  for (std::size_t k = 0; k < models.models.size(); ++k) {
    Learner& learner = models.learners[k];
    py::dict model;
    model["name"] = models.models[k].name;
    model["seed"] = models.models[k].seed;
    model["failure"] = learner.failure;
    py::list stages;
    for (const StageScore& score : learner.scores) stages.append(score_of(score));
    model["stages"] = stages;
    auto& learnt = dynamic_cast<CompetitiveModel&>(*learner.newest());
    CompetitiveState& state = learnt.state;
    std::vector<float> weights = weights_of(learnt.options, state);
    const auto neurons = static_cast<py::ssize_t>(state.theta.size());
    const py::ssize_t inputs = static_cast<py::ssize_t>(weights.size()) / std::max<py::ssize_t>(neurons, 1);
    model["weights"] = owned(std::move(weights), {inputs, neurons});
    model["theta_mv"] = owned(std::move(state.theta));
    all.append(model);
  }
  result["models"] = all;
  return result;
}

}  // namespace

void bind_learn(py::module_& module) { module.def("learn", &learn); }

}  // namespace sprig::python
