// Who works on jobs, and where.
#include "sprig/session/jobs.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <mutex>
#include <set>
#include <string>
#include <thread>

#include "sprig/core/error.hpp"
#include "sprig/engine/device.hpp"

namespace sprig {
namespace {

Config on(const Device& device, int threads) {
  Config config;
  config.simulation.device = device;
  config.simulation.threads = threads;
  return config;
}

TEST(Jobs, OnTheCpuAWorkerAThreadAndNoMoreThanJobs) {
  const Workers three = job_workers(on(Device::cpu, 3), 10);
  EXPECT_EQ(three.devices, std::vector<Device>(3, Device::cpu));
  EXPECT_EQ(three.threads, 1);
  EXPECT_EQ(job_workers(on(Device::cpu, 3), 2).count(), 2);
  const Workers alone = job_workers(on(Device::cpu, 3), 1);
  EXPECT_EQ(alone.count(), 1);
  EXPECT_EQ(alone.threads, 3) << "one worker has them all";
}

TEST(Jobs, OnAGpuOneWorkerWithAllThreads) {
  const Workers workers = job_workers(on(Device::cuda_at(1), 4), 10);
  EXPECT_EQ(workers.devices, std::vector<Device>{Device::cuda_at(1)});
  EXPECT_EQ(workers.threads, 4);
}

TEST(Jobs, OnAllGpusOneWorkerEach) {
  const std::vector<cuda::DeviceInfo> gpus = cuda::devices();
  const Workers workers = job_workers(on(Device::cuda_all, 4), 100);
  ASSERT_EQ(workers.devices.size(), gpus.size());
  for (std::size_t g = 0; g < gpus.size(); ++g) EXPECT_EQ(workers.devices[g], Device::cuda_at(gpus[g].index));
}

TEST(Jobs, OnlyWorkForAnyGpuIsMovedToTheWorkers) {
  const Place place{Device::cuda_at(2), 3};
  SimulationOptions options;
  const auto moved = [&](const Device& device) {
    options.device = device;
    return place.here(options).device;
  };
  EXPECT_EQ(moved(Device::cuda_all), Device::cuda_at(2));
  EXPECT_EQ(moved(Device::cuda_at(1)), Device::cuda_at(1));
  EXPECT_EQ(moved(Device::cpu), Device::cpu);
  EXPECT_EQ(moved(Device::automatic), Device::automatic);
  EXPECT_EQ(place.here(options).threads, 3);
  options.device = Device::cuda_all;
  EXPECT_EQ((Place{Device::cpu, 1}.here(options).device), Device::cuda_all) << "to be refused, not to change device";
}

TEST(Jobs, EachIsDoneOnceAndAllWorkersWork) {
  const Workers workers{{Device::cuda_at(0), Device::cuda_at(1), Device::cuda_at(2)}, 5};
  ProgressLine line("jobs", true);
  std::vector<int> done(40, 0);
  std::set<std::string> devices;
  std::atomic<int> waiting{0};
  std::mutex mutex;
  EXPECT_TRUE(for_each_job(done.size(), workers, line, [&](std::size_t i, const Place& place, const Progress&) {
    EXPECT_EQ(place.threads, 5);
    if (i < 3)  // nobody takes two of the first three
      for (++waiting; waiting < 3;) std::this_thread::yield();
    const std::lock_guard lock(mutex);
    devices.insert(place.device.text());
    ++done[i];
  }));
  EXPECT_EQ(done, std::vector<int>(40, 1));
  EXPECT_EQ(devices, (std::set<std::string>{"cuda:0", "cuda:1", "cuda:2"}));
}

TEST(Jobs, ThatAreStoppedAreNotCalledDone) {
  ProgressLine line("jobs", true);
  EXPECT_FALSE(for_each_job(4, {{Device::cpu, Device::cpu}, 1}, line, [](std::size_t i, const Place&, const Progress&) {
    if (i == 2) throw Interrupted("job 2", "stopped on request");
  }));
}

TEST(Jobs, TheFirstErrorEndsThemAll) {
  ProgressLine line("jobs", true);
  EXPECT_THROW(for_each_job(100, {{Device::cpu, Device::cpu}, 1}, line,
                            [](std::size_t i, const Place&, const Progress&) {
                              if (i == 3) throw NumericalError("job 3", "failed");
                            }),
               NumericalError);
}

}  // namespace
}  // namespace sprig
