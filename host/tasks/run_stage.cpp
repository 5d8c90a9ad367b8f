// Learners through a stage: learning, naming the neurons, scoring.
#include <algorithm>
#include <functional>
#include <limits>
#include <numeric>

#include "sprig/coding/image_encoder.hpp"
#include "sprig/core/error.hpp"
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
  stage.model = learner.model;
  if (!learner.system->supervised()) stage.responses = NeuronResponses(learner.system->outputs(), kImageClasses);
  return stage;
}

// Of outputs that are the classes.
NeuronLabels class_labels() {
  NeuronLabels labels;
  for (std::uint32_t c = 0; c < kImageClasses; ++c)
    labels.of_neuron.push_back(c), labels.proportion.push_back(1), labels.neurons.push_back(1);
  return labels;
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

  void name_outputs() { labels = learner.system->supervised() ? class_labels() : now.responses.labels(); }

  void answer(const LearningJob& job, const ImageSet& scored, Vote vote) {
    const std::vector<std::uint32_t> truth = labels_of(scored, job.which),
                                     answers = voted_answers(job.counts, labels, vote);
    for (std::size_t k = 0; k < truth.size(); ++k) ++now.score.confusion[truth[k]][std::min(answers[k], kImageClasses)];
    now.spikes += job.spikes;
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
    learner.model = std::move(now.model);
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
  View<const std::uint8_t> labels;
  std::uint64_t& done;  // of them
  std::uint32_t pass = 0;
  bool learning = false;
  std::function<void(const LearningJob&)> take;
  std::uint64_t next = done;  // image

  LearningJob piece(std::uint64_t count) {
    LearningJob job;
    job.model = course.now.model.get();
    job.images = &images;
    job.labels = labels;
    job.which = {which.data() + next, static_cast<std::size_t>(count)};
    job.pass = pass;
    job.learning = learning;
    next += count;
    return job;
  }
};

// Rounds of one piece of every work, all of which learn or none does; then several at once.
void run_through(std::vector<Work>& works, Device device, int threads, const std::function<void(std::uint64_t)>& did) {
  if (works.empty()) return;
  const int gpu_blocks = uses_device(device) ? cuda::multiprocessors(device) : 0;
  const LearningSystem& system = *works.front().course.learner.system;
  const PiecesAtOnce at_once = system.pieces_at_once(works.size(), works.front().learning, gpu_blocks, threads);
  for (;;) {
    std::vector<LearningJob> jobs;
    std::vector<Work*> whose;
    for (Work& work : works)
      for (std::size_t piece = 0; piece < at_once.pieces && work.next < work.which.size(); ++piece) {
        if (!work.course.failure.empty()) break;
        jobs.push_back(work.piece(std::min<std::uint64_t>(at_once.images, work.which.size() - work.next)));
        whose.push_back(&work);
      }
    if (jobs.empty()) return;
    system.present(jobs, device, threads);
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
    const View<const std::uint8_t> labels = images.train.labels;
    learning.push_back({course, train, stage.train, labels, now.learnt, stage.pass, true,
                        [&now](const LearningJob& job) { now.learning += job.operations; }});
    naming.push_back({course, train, stage.label, labels, now.named, 0, false, [&now, &images](const LearningJob& job) {
                        now.responses.add(job.counts, labels_of(images.train, job.which));
                      }});
    scoring.push_back({course, scored, stage.score, images.scored.labels, now.scored, 0, false,
                       [&course, &images, vote](const LearningJob& job) { course.answer(job, images.scored, vote); }});
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
  for (Course& course : courses) course.name_outputs();
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
