// Learners through a stage: learning, naming the neurons, scoring.
#include <algorithm>
#include <cmath>
#include <limits>

#include "host/tasks/image_encoder.hpp"
#include "sprig/core/error.hpp"
#include "sprig/core/threads.hpp"
#include "sprig/tasks/unsupervised.hpp"

namespace sprig {

namespace {

// Images of one model between two looks at the progress: on a device each costs a copy of the weights there and back.
constexpr std::size_t kChunk = 250, kDeviceChunk = 2000;
constexpr std::size_t kDeviceBlocks = 132;  // enough to fill one

PixelImages pixel_images(const ImageSet& set, ImagePart part) {
  return {set.data, set.shape.pixels(), ImageEncoder::image_id(part, 0)};
}

// What a model is presented with, in pieces.
struct Work {
  Learner& learner;
  CompetitiveState& state;
  const PixelImages& images;
  const std::vector<std::uint32_t>& which;
  std::uint64_t first_step = 0;
  bool learning = false;
  std::vector<std::uint32_t> counts;  // of images that are not learnt from
  CompetitiveOperations operations;
  std::size_t next = 0;  // image
};

// Rounds of one piece of every work; of works that do not learn, several at once.
void run_through(std::vector<Work>& works, Device device, int threads, const std::function<void(std::size_t)>& did) {
  const bool on_device = uses_device(device);
  const std::size_t wide = on_device ? kDeviceBlocks : static_cast<std::size_t>(team_size(threads));
  const std::size_t at_once = std::max<std::size_t>(1, wide / works.size() + 1);
  for (;;) {
    std::vector<Presentations> jobs;
    std::vector<Work*> whose;
    for (Work& work : works)
      for (std::size_t piece = 0; piece < (work.learning ? 1 : at_once) && work.next < work.which.size(); ++piece) {
        const std::size_t chunk = on_device && work.learning ? kDeviceChunk : kChunk;
        const std::size_t count = std::min(chunk, work.which.size() - work.next);
        jobs.push_back({&work.learner.options,
                        &work.state,
                        &work.images,
                        {work.which.data() + work.next, count},
                        work.first_step,
                        work.learning,
                        {},
                        {}});
        whose.push_back(&work);
        work.next += count;
      }
    if (jobs.empty()) return;
    present(jobs, device, threads);
    std::size_t done = 0;
    for (std::size_t k = 0; k < jobs.size(); ++k) {
      whose[k]->operations += jobs[k].operations;
      if (!whose[k]->learning)
        whose[k]->counts.insert(whose[k]->counts.end(), jobs[k].counts.begin(), jobs[k].counts.end());
      done += jobs[k].which.size;
    }
    did(done);
  }
}

std::vector<std::uint32_t> labels_of(const ImageSet& set, const std::vector<std::uint32_t>& images) {
  std::vector<std::uint32_t> labels;
  for (const std::uint32_t i : images) labels.push_back(set.labels[i]);
  return labels;
}

double share(double right, double all) { return all > 0 ? right / all : std::numeric_limits<double>::quiet_NaN(); }

StageScore score(const Stage& stage, const ScoredImages& images, const std::vector<std::uint32_t>& label_counts,
                 const std::vector<std::uint32_t>& score_counts, std::uint32_t neurons, Vote vote) {
  const FeatureLabels labels =
      label_features(label_counts, labels_of(images.train, stage.label), neurons, kImageClasses);
  const std::vector<std::uint32_t> truth = labels_of(images.scored, stage.score),
                                   answers = feature_answers(score_counts, labels, vote);
  StageScore result;
  double right = 0, newest = 0, newest_right = 0;
  for (std::size_t k = 0; k < truth.size(); ++k) {
    ++result.confusion[truth[k]][std::min(answers[k], kImageClasses)];
    const bool correct = answers[k] == truth[k], is_newest = truth[k] == stage.newest;
    right += correct ? 1 : 0;
    newest += is_newest ? 1 : 0;
    newest_right += correct && is_newest ? 1 : 0;
  }
  const auto all = static_cast<double>(truth.size());
  result.accuracy = share(right, all);
  result.newest = share(newest_right, newest);
  result.previous = stage.newest == kNoClass ? share(0, 0) : share(right - newest_right, all - newest);
  for (const std::uint32_t count : score_counts) result.spikes += count / all;
  result.unlabelled =
      static_cast<std::uint32_t>(std::count(labels.of_neuron.begin(), labels.of_neuron.end(), kNoClass));
  return result;
}

}  // namespace

void run_stage(std::vector<Learner>& learners, const ScoredImages& images, Vote vote, Device device, int threads,
               const Progress& progress) {
  const PixelImages train = pixel_images(images.train, ImagePart::train),
                    scored = pixel_images(images.scored, images.part);
  std::vector<CompetitiveState> states;
  std::vector<Work> learning, naming, scoring;
  double total = 0;
  for (const Learner& learner : learners) states.push_back(learner.state);
  for (std::size_t m = 0; m < learners.size(); ++m) {
    Learner& learner = learners[m];
    const Stage& stage = learner.stages.at(learner.scores.size());
    const std::uint64_t first_step = std::uint64_t{stage.pass} * learner.options.steps;
    learning.push_back({learner, states[m], train, stage.train, first_step, true, {}, {}});
    naming.push_back({learner, states[m], train, stage.label, 0, false, {}, {}});
    scoring.push_back({learner, states[m], scored, stage.score, 0, false, {}, {}});
    total += static_cast<double>(stage.train.size() + stage.label.size() + stage.score.size());
  }
  double done = 0;
  for (auto* works : {&learning, &naming, &scoring})
    run_through(*works, device, threads, [&](std::size_t more) {
      done += static_cast<double>(more);
      if (progress && !progress(done / total)) throw Interrupted("learn", "stopped on request");
    });
  for (std::size_t m = 0; m < learners.size(); ++m) {
    Learner& learner = learners[m];
    const Stage& stage = learner.stages[learner.scores.size()];
    StageScore result = score(stage, images, naming[m].counts, scoring[m].counts, learner.options.neurons, vote);
    result.learnt = (learner.scores.empty() ? 0 : learner.scores.back().learnt) + stage.train.size();
    learner.state = std::move(states[m]);
    learner.scores.push_back(result);
    learner.learning += learning[m].operations;
    learner.scoring += scoring[m].operations;
    learner.learnt += stage.train.size();
    learner.scored += stage.score.size();
  }
}

}  // namespace sprig
