// Which GPU: what is asked to run on one runs there and gives the CPU's bits, whichever thread calls it. With one GPU
// some of these claims are empty; the emulated device has several.
#include <gtest/gtest.h>

#include <thread>

#include "sprig/core/error.hpp"
#include "sprig/dynamics/lyapunov.hpp"
#include "sprig/engine/device.hpp"
#include "tests/kernels/bptt_cases.hpp"
#include "tests/kernels/competitive_cases.hpp"
#include "tests/kernels/gpu_fixture.hpp"
#include "tests/support/networks.hpp"

namespace sprig::test {
namespace {

class GpuDevices : public OnGpu<::testing::Test> {
 protected:
  std::vector<cuda::DeviceInfo> gpus_ = cuda::devices();
};

template <class Body>
void on_another_thread(Body body) {
  std::thread thread(body);
  thread.join();
}

std::uint64_t hash_on(const Device& device, const Network& network, SimulationOptions options) {
  options.device = device;
  const auto simulation = make_simulation(network, {}, options);
  simulation->advance(107);
  return simulation->state().hash();
}

TEST_F(GpuDevices, ASimulationIsOnItsGpuWhicheverThreadCallsIt) {
  const Network network = random_network({});
  for (const int weight_bits : {32, 16}) {
    SimulationOptions options;
    options.weight_bits = weight_bits;
    const std::uint64_t expected = hash_on(Device::cpu, network, options);
    for (const cuda::DeviceInfo& gpu : gpus_) {
      options.device = Device::cuda_at(gpu.index);
      std::unique_ptr<Simulation> simulation;
      on_another_thread([&] { simulation = make_simulation(network, {}, options); });
      on_another_thread([&] { simulation->advance(50); });
      simulation->advance(57);
      std::uint64_t found = 0;
      on_another_thread([&] { found = simulation->state().hash(); });
      EXPECT_EQ(found, expected) << options.device.text();
      EXPECT_NE(simulation->device_name().find(gpu.name), std::string::npos);
      on_another_thread([&] { simulation.reset(); });
    }
  }
}

TEST_F(GpuDevices, SimulationsOnAllGpusTakeTurnsInOneThread) {
  const Network network = random_network({});
  const std::uint64_t expected = hash_on(Device::cpu, network, {});
  std::vector<std::unique_ptr<Simulation>> simulations;
  for (const cuda::DeviceInfo& gpu : gpus_) {
    SimulationOptions options;
    options.device = Device::cuda_at(gpu.index);
    simulations.push_back(make_simulation(network, {}, options));
  }
  for (const std::uint64_t steps : {1, 33, 73})
    for (const auto& simulation : simulations) simulation->advance(steps);
  for (const auto& simulation : simulations) EXPECT_EQ(simulation->state().hash(), expected);
}

TEST_F(GpuDevices, ASimulationTakesMemoryOfItsGpuAlone) {
  RandomNetworkSpec spec;
  spec.neurons = 1500;
  spec.density = 1;
  const Network network = random_network(spec);
  const std::vector<cuda::DeviceInfo> before = cuda::devices();
  SimulationOptions options;
  options.device = Device::cuda_at(gpus_.back().index);
  const auto simulation = make_simulation(network, {}, options);
  const std::vector<cuda::DeviceInfo> after = cuda::devices();
  for (std::size_t g = 0; g < before.size(); ++g)
    if (before[g].index == gpus_.back().index)
      EXPECT_GE(before[g].free_bytes, after[g].free_bytes + 8 * network.recurrent.synapses());
    else
      EXPECT_EQ(before[g].free_bytes, after[g].free_bytes) << before[g].index;
}

TEST_F(GpuDevices, CudaIsTheCallingThreadsCurrentGpu) {
  for (const cuda::DeviceInfo& gpu : gpus_) {
    EXPECT_EQ(cuda::use_device(Device::cuda_at(gpu.index)).index, gpu.index);
    EXPECT_EQ(cuda::use_device(Device::cuda).index, gpu.index);
    EXPECT_EQ(cuda::current_device().index, gpu.index);
    EXPECT_EQ(cuda::devices().size(), gpus_.size());
    EXPECT_EQ(cuda::current_device().index, gpu.index) << "listing them changes nothing";
    EXPECT_EQ(cuda::why_no_device(), "");
    EXPECT_EQ(cuda::current_device().index, gpu.index);
    on_another_thread([&] { EXPECT_EQ(cuda::use_device(Device::automatic).index, gpus_.front().index); });
  }
  cuda::use_device(Device::cuda_at(gpus_.front().index));
}

TEST_F(GpuDevices, OneThatIsNotThereIsRefusedWithThoseThatAre) {
  try {
    cuda::use_device(Device::cuda_at(Device::kHighest));
    FAIL();
  } catch (const DeviceError& error) {
    const std::string text = error.what();
    EXPECT_EQ(text.rfind("run.device: cuda:9999 was asked for: there is no such GPU; allowed here: ", 0), 0u) << text;
    for (const cuda::DeviceInfo& gpu : gpus_)
      EXPECT_NE(text.find(Device::cuda_at(gpu.index).text() + " (" + gpu.name + "), "), std::string::npos) << text;
  }
  EXPECT_THROW(cuda::use_device(Device::cpu), ConfigError);
  EXPECT_THROW(cuda::use_device(Device::cuda_all), ConfigError);
}

TEST_F(GpuDevices, MultiprocessorsOfAllAreTheSumOfEach) {
  int sum = 0;
  for (const cuda::DeviceInfo& gpu : gpus_) {
    EXPECT_EQ(cuda::multiprocessors(Device::cuda_at(gpu.index)), gpu.multiprocessors);
    sum += gpu.multiprocessors;
  }
  EXPECT_EQ(cuda::multiprocessors(Device::cuda_all), sum);
}

TEST_F(GpuDevices, ModelsDealtOutToAllGpusLearnTheCpusBits) {
  for (const CompetitiveCase& c : competitive_cases(9, 20))
    expect_cpus_bits(c, 100, [](View<Presentations> models) { present(models, Device::cuda_all, 1); });
}

TEST_F(GpuDevices, BpttOnTheLastGpuGivesTheCpusBits) {
  const Device last = Device::cuda_at(gpus_.back().index);
  expect_cpus_bits(bptt_cases(12, 19).front(), [&](const Network& network, const Drive& drive, const BpttModel& model) {
    std::unique_ptr<Bptt> bptt;
    on_another_thread([&] { bptt = make_bptt(network, drive, model, last); });
    return bptt;
  });
}

TEST_F(GpuDevices, SpectraOfAllGpusAreTheSame) {
  RandomNetworkSpec spec;
  spec.neurons = 33;
  const Network network = random_network(spec);
  LyapunovOptions options;
  options.exponents = 3;
  options.duration_ms = 100;
  options.transient_ms = options.tangent_transient_ms = 20;
  std::vector<std::vector<double>> spectra;
  for (const cuda::DeviceInfo& gpu : gpus_)
    on_another_thread([&] {
      SimulationOptions simulation;
      simulation.device = Device::cuda_at(gpu.index);
      spectra.push_back(lyapunov_spectrum(network, {}, simulation, options).exponents);
    });
  for (const std::vector<double>& spectrum : spectra) EXPECT_EQ(spectrum, spectra.front());
}

}  // namespace
}  // namespace sprig::test
