// Learners through a stage: learning, naming the neurons, scoring.
#include <algorithm>
#include <functional>
#include <limits>
#include <numeric>

#include "sprig/coding/image_encoder.hpp"
#include "sprig/core/error.hpp"
#include "sprig/core/threads.hpp"
#include "sprig/engine/device.hpp"
#include "sprig/tasks/competitive_protocol.hpp"

namespace sprig {

namespace {

// All that a stage has presented: a stop still leaves it before its end.
constexpr double kUnfinished = 1 - std::numeric_limits<double>::epsilon();

PixelImages pixel_images(const ImageSet& set, ImagePart part) {
  return {set.data, set.shape.pixels(), ImageEncoder::image_id(part, 0)};
}

std::vector<std::uint32_t> labels_of(const ImageSet& set, View<const std::uint32_t> images) {
  std::vector<std::uint32_t> labels;
  for (const std::uint32_t i : images) labels.push_back(set.labels[i]);
  return labels;
}

double share(std::uint64_t part, std::uint64_t all) {
  return all > 0 ? static_cast<double>(part) / static_cast<double>(all) : std::numeric_limits<double>::quiet_NaN();
}

StageUnderWay at_the_start(const Learner& learner) {
  StageUnderWay stage;
  stage.state = learner.state;
  stage.responses = NeuronResponses(learner.options.neurons, kImageClasses);
  return stage;
}

// A learner in its next stage.
struct Course {
  Learner& learner;
  const Stage& stage;
  StageUnderWay& now;
  NeuronLabels labels = {};
  std::string failure = {};

  explicit Course(Learner& of)
      : learner(of),
        stage(of.stages.at(of.scores.size())),
        now(of.under_way ? *of.under_way : of.under_way.emplace(at_the_start(of))) {}

  void answer(const Presentations& job, const ImageSet& scored, Vote vote) {
    const std::vector<std::uint32_t> truth = labels_of(scored, job.which),
                                     answers = voted_answers(job.counts, labels, vote);
    for (std::size_t k = 0; k < truth.size(); ++k) ++now.score.confusion[truth[k]][std::min(answers[k], kImageClasses)];
    for (const std::uint32_t count : job.counts) now.spikes += count;
    now.scoring += job.operations;
  }

  void finish() {
    if (failure.empty()) take();
    learner.failure = failure;
    learner.under_way.reset();
  }

 private:
  void take() {
    StageScore score = now.score;
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
    score.spikes = share(now.spikes, all);
    score.unlabelled =
        static_cast<std::uint32_t>(std::count(labels.of_neuron.begin(), labels.of_neuron.end(), kNoClass));
    score.learnt = (learner.scores.empty() ? 0 : learner.scores.back().learnt) + stage.train.size();
    learner.state = std::move(now.state);
    learner.learning += now.learning;
    learner.scoring += now.scoring;
    learner.learnt += stage.train.size();
    learner.scored += stage.score.size();
    learner.scores.push_back(score);
  }
};

// What a model is presented with, in pieces, and what is done with each (in order).
struct Work {
  Course& course;
  const PixelImages& images;
  const std::vector<std::uint32_t>& which;
  std::uint64_t& done;  // of them
  std::uint64_t first_step = 0;
  bool learning = false;
  std::function<void(const Presentations&)> take;
  std::uint64_t next = done;  // image

  Presentations piece(std::uint64_t count) {
    Presentations job;
    job.options = &course.learner.options;
    job.state = &course.now.state;
    job.images = &images;
    job.which = {which.data() + next, static_cast<std::size_t>(count)};
    job.first_step = first_step;
    job.learning = learning;
    next += count;
    return job;
  }
};

// Rounds of one piece of every work, all of which learn or none does; then several at once.
void run_through(std::vector<Work>& works, Device device, int threads, const std::function<void(std::uint64_t)>& did) {
  if (works.empty()) return;
  const int gpu_blocks = uses_device(device) ? cuda::multiprocessors(device) : 0;
  const PiecesAtOnce at_once = pieces_at_once(works.size(), works.front().learning, gpu_blocks, threads);
  for (;;) {
    std::vector<Presentations> jobs;
    std::vector<Work*> whose;
    for (Work& work : works)
      for (std::size_t piece = 0; piece < at_once.pieces && work.next < work.which.size(); ++piece) {
        if (!work.course.failure.empty()) break;
        jobs.push_back(work.piece(std::min<std::uint64_t>(at_once.images, work.which.size() - work.next)));
        whose.push_back(&work);
      }
    if (jobs.empty()) return;
    present(jobs, device, threads);
    std::uint64_t done = 0;
    for (std::size_t k = 0; k < jobs.size(); ++k) {
      whose[k]->take(jobs[k]);
      whose[k]->done += jobs[k].which.size;
      if (!jobs[k].failure.empty()) whose[k]->course.failure = jobs[k].failure;
      done += jobs[k].which.size;
    }
    did(done);
  }
}

}  // namespace

PiecesAtOnce pieces_at_once(std::size_t models, bool learning, int gpu_blocks, int threads) {
  // On a device: blocks enough to fill it, and long pieces, for each costs a copy of the weights there and back.
  constexpr std::size_t kDeviceImages = 2000, kImages = 50;
  if (learning) return {1, gpu_blocks > 0 ? kDeviceImages : kImages};
  const auto wide = static_cast<std::size_t>(gpu_blocks > 0 ? gpu_blocks : team_size(threads));
  return {wide / models + 1, kImages};
}

void run_stage(const std::vector<Learner*>& learners, const ScoredImages& images, Vote vote, Device device, int threads,
               const Progress& progress, const std::vector<Checkpoints>& checkpoints) {
  const PixelImages train = pixel_images(images.train, ImagePart::train),
                    scored = pixel_images(images.scored, images.part);
  std::vector<Course> courses;
  std::vector<Work> learning, naming, scoring;
  double total = 0, done = 0;
  for (const Learner* learner : learners) total += static_cast<double>(presentations_left(*learner));
  courses.reserve(learners.size());
  for (Learner* learner : learners) courses.emplace_back(*learner);
  for (Course& course : courses) {
    const Stage& stage = course.stage;
    StageUnderWay& now = course.now;
    const std::uint64_t first_step = std::uint64_t{stage.pass} * presentation_steps(course.learner.options);
    learning.push_back({course, train, stage.train, now.learnt, first_step, true,
                        [&now](const Presentations& job) { now.learning += job.operations; }});
    naming.push_back({course, train, stage.label, now.named, 0, false, [&now, &images](const Presentations& job) {
                        now.responses.add(job.counts, labels_of(images.train, job.which));
                      }});
    scoring.push_back(
        {course, scored, stage.score, now.scored, 0, false,
         [&course, &images, vote](const Presentations& job) { course.answer(job, images.scored, vote); }});
  }
  const auto did = [&](std::uint64_t more) {
    done += static_cast<double>(more);
    for (std::size_t k = 0; k < checkpoints.size(); ++k)
      if (courses[k].failure.empty() && checkpoints[k].due())
        checkpoints[k].keep([&](Writer& writer) { writer(*learners[k]); });
    progress.report("learn", std::min(done / total, kUnfinished));
  };
  run_through(learning, device, threads, did);
  run_through(naming, device, threads, did);
  for (Course& course : courses) course.labels = course.now.responses.labels();
  run_through(scoring, device, threads, did);
  for (Course& course : courses) course.finish();
  progress(1);
}

std::uint64_t presentations_of(const Stage& stage) {
  return stage.train.size() + stage.label.size() + stage.score.size();
}

std::uint64_t presentations_left(const Learner& learner) {
  const std::uint64_t all = presentations_of(learner.stages.at(learner.scores.size()));
  const auto& now = learner.under_way;
  return now ? all - now->learnt - now->named - now->scored : all;
}

}  // namespace sprig
