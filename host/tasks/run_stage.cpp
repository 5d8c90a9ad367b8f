// Learners through a stage: learning, naming the neurons, scoring.
#include <algorithm>
#include <functional>
#include <limits>
#include <numeric>

#include "host/tasks/image_encoder.hpp"
#include "sprig/core/error.hpp"
#include "sprig/core/threads.hpp"
#include "sprig/tasks/unsupervised.hpp"

namespace sprig {

namespace {

constexpr std::size_t kDeviceImagesAtOnce = 2000;  // each time costs a copy of the weights there and back
constexpr std::size_t kDeviceBlocks = 132;  // enough to fill one

PixelImages pixel_images(const ImageSet& set, ImagePart part) {
  return {set.data, set.shape.pixels(), ImageEncoder::image_id(part, 0)};
}

// What a model is presented with, in pieces, and what is done with each (in order).
struct Work {
  const CompetitiveOptions& options;
  CompetitiveState& state;
  const PixelImages& images;
  const std::vector<std::uint32_t>& which;
  std::uint64_t first_step = 0;
  bool learning = false;
  std::function<void(const Presentations&)> take;
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
        const std::size_t chunk = on_device && work.learning ? kDeviceImagesAtOnce : kImagesAtOnce;
        const std::size_t count = std::min(chunk, work.which.size() - work.next);
        jobs.push_back({&work.options,
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
      whose[k]->take(jobs[k]);
      done += jobs[k].which.size;
    }
    did(done);
  }
}

std::vector<std::uint32_t> labels_of(const ImageSet& set, View<const std::uint32_t> images) {
  std::vector<std::uint32_t> labels;
  for (const std::uint32_t i : images) labels.push_back(set.labels[i]);
  return labels;
}

double share(std::uint64_t part, std::uint64_t all) {
  return all > 0 ? static_cast<double>(part) / static_cast<double>(all) : std::numeric_limits<double>::quiet_NaN();
}

// A learner in its next stage. What it learns there becomes its own with finish().
struct Course {
  Learner& learner;
  const Stage& stage;
  CompetitiveState state;
  FeatureResponses responses;
  FeatureLabels labels = {};
  StageScore score = {};
  std::uint64_t spikes = 0;
  CompetitiveOperations learning = {}, scoring = {};

  explicit Course(Learner& of)
      : learner(of),
        stage(of.stages.at(of.scores.size())),
        state(of.state),
        responses(of.options.neurons, kImageClasses) {}

  void answer(const Presentations& job, const ImageSet& scored, Vote vote) {
    const std::vector<std::uint32_t> truth = labels_of(scored, job.which),
                                     answers = feature_answers(job.counts, labels, vote);
    for (std::size_t k = 0; k < truth.size(); ++k) ++score.confusion[truth[k]][std::min(answers[k], kImageClasses)];
    for (const std::uint32_t count : job.counts) spikes += count;
    scoring += job.operations;
  }

  void finish() {
    std::uint64_t all = 0, right = 0, newest = 0, newest_right = 0;
    for (std::uint32_t c = 0; c < kImageClasses; ++c) {
      const auto& row = score.confusion[c];
      const std::uint64_t images = std::accumulate(row.begin(), row.end(), std::uint64_t{0});
      all += images, right += row[c];
      if (c == stage.newest) newest = images, newest_right = row[c];
    }
    score.accuracy = share(right, all);
    score.newest = share(newest_right, newest);
    score.previous = stage.newest == kNoClass ? share(0, 0) : share(right - newest_right, all - newest);
    score.spikes = share(spikes, all);
    score.unlabelled =
        static_cast<std::uint32_t>(std::count(labels.of_neuron.begin(), labels.of_neuron.end(), kNoClass));
    score.learnt = (learner.scores.empty() ? 0 : learner.scores.back().learnt) + stage.train.size();
    learner.learning += learning;
    learner.scoring += scoring;
    learner.learnt += stage.train.size();
    learner.scored += stage.score.size();
    learner.state = std::move(state);
    learner.scores.push_back(score);
  }
};

}  // namespace

void run_stage(const std::vector<Learner*>& learners, const ScoredImages& images, Vote vote, Device device, int threads,
               const Progress& progress) {
  const PixelImages train = pixel_images(images.train, ImagePart::train),
                    scored = pixel_images(images.scored, images.part);
  std::vector<Course> courses;
  std::vector<Work> learning, naming, scoring;
  double total = 0, done = 0;
  courses.reserve(learners.size());
  for (Learner* learner : learners) courses.emplace_back(*learner);
  for (Course& course : courses) {
    const CompetitiveOptions& options = course.learner.options;
    const Stage& stage = course.stage;
    learning.push_back({options, course.state, train, stage.train, std::uint64_t{stage.pass} * presentation_steps(options), true,
                        [&course](const Presentations& job) { course.learning += job.operations; }});
    naming.push_back(
        {options, course.state, train, stage.label, 0, false, [&course, &images](const Presentations& job) {
           course.responses.add(job.counts, labels_of(images.train, job.which));
         }});
    scoring.push_back(
        {options, course.state, scored, stage.score, 0, false,
         [&course, &images, vote](const Presentations& job) { course.answer(job, images.scored, vote); }});
    total += static_cast<double>(stage.train.size() + stage.label.size() + stage.score.size());
  }
  const auto did = [&](std::size_t more) {
    done += static_cast<double>(more);
    if (progress && !progress(done / total)) throw Interrupted("learn", "stopped on request");
  };
  run_through(learning, device, threads, did);
  run_through(naming, device, threads, did);
  for (Course& course : courses) course.labels = course.responses.labels();
  run_through(scoring, device, threads, did);
  for (Course& course : courses) course.finish();
}

}  // namespace sprig
