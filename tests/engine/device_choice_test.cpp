// The words for devices, and where a simulation that is asked for one runs.
#include "sprig/engine/device_choice.hpp"

#include <gtest/gtest.h>

#include <regex>

#include "sprig/core/error.hpp"
#include "sprig/engine/device.hpp"
#include "sprig/engine/device_model.hpp"
#include "sprig/engine/simulation.hpp"
#include "tests/support/networks.hpp"

namespace sprig {
namespace {

TEST(DeviceChoice, EveryDeviceReadsBackFromItsText) {
  for (const Device& device : {Device::cpu, Device::cuda, Device::cuda_all, Device::automatic, Device::cuda_at(0),
                               Device::cuda_at(7), Device::cuda_at(10), Device::cuda_at(Device::kHighest)}) {
    const std::optional<Device> again = read_device(device.text());
    ASSERT_TRUE(again) << device.text();
    EXPECT_EQ(*again, device) << device.text();
    EXPECT_TRUE(std::regex_match(device.text(), std::regex(kDevicePattern))) << device.text();
  }
}

TEST(DeviceChoice, NoOtherTextNamesADevice) {
  for (const char* text : {"",         "gpu",      "CPU",          "cuda:",
                           "cuda:-1",  "cuda:-0",  "cuda:+1",      "cuda:1.5",
                           "cuda: 1",  "cuda:1 ",  "cuda:01",      "cuda:00",
                           "cuda:0x1", "cuda:1e1", "cuda:10000",   "cuda:99999999999999999999",
                           "CUDA:0",   "cuda:ALL", "cuda:all,cpu", "cuda:0,1",
                           "cuda0",    "cuda::0",  " cuda",        "auto ",
                           "all"}) {
    EXPECT_FALSE(read_device(text)) << text;
    EXPECT_FALSE(std::regex_match(text, std::regex(kDevicePattern))) << text;
  }
}

TEST(DeviceChoice, OnlyWhatNamesTheGpuIsOnTheGpu) {
  for (const Device& device : {Device::cuda, Device::cuda_at(3), Device::cuda_all}) {
    EXPECT_TRUE(device.names_gpu()) << device.text();
    EXPECT_TRUE(uses_device(device)) << device.text();
  }
  EXPECT_FALSE(Device::cpu.names_gpu());
  EXPECT_FALSE(uses_device(Device::cpu));
  EXPECT_FALSE(Device::automatic.names_gpu());
  EXPECT_EQ(uses_device(Device::automatic), !cuda::devices().empty());
  EXPECT_EQ(Device::cuda_at(3).index(), 3);
  EXPECT_FALSE(Device::cuda.index() || Device::cuda_all.index() || Device::cpu.index());
  EXPECT_EQ(Device{}, Device::automatic);
}

TEST(DeviceChoice, DevicesAreUsableOrSayWhyNot) {
  std::size_t usable = 0;
  for (const cuda::DeviceInfo& info : cuda::all_devices()) usable += info.why_not_usable.empty();
  EXPECT_EQ(usable, cuda::devices().size());
  EXPECT_EQ(cuda::why_no_device().empty(), usable > 0);
  if (usable == 0) {
    EXPECT_THROW(cuda::current_device(), DeviceError);
  }
}

TEST(DeviceChoice, AGpuThatIsNotThereIsADeviceErrorThatNamesIt) {
  SimulationOptions options;
  options.device = Device::cuda_at(Device::kHighest);
  try {
    make_simulation(test::random_network({}), {}, options);
    FAIL();
  } catch (const DeviceError& error) {
    const std::string text = error.what();
    EXPECT_EQ(text.rfind("run.device: cuda:9999 was asked for: ", 0), 0u) << text;
    EXPECT_NE(text.find("; allowed here: "), std::string::npos) << text;
    EXPECT_TRUE(text.ends_with("cpu or auto")) << text;
  }
}

TEST(DeviceChoice, ASimulationDoesNotRunOnSeveralGpus) {
  SimulationOptions options;
  options.device = Device::cuda_all;
  if (cuda::built_in())
    EXPECT_THROW(make_simulation(test::random_network({}), {}, options), ConfigError);
  else
    EXPECT_THROW(make_simulation(test::random_network({}), {}, options), DeviceError);
}

TEST(DeviceModel, EveryNameThatIsListedIsAModelAndNoOther) {
  std::size_t models = 0;
  const std::string names = device_model_names() + ", ";
  for (std::size_t at = 0, end; (end = names.find(", ", at)) != std::string::npos; at = end + 2, ++models) {
    const std::optional<cuda::DeviceInfo> model = device_model(names.substr(at, end - at));
    ASSERT_TRUE(model) << names.substr(at, end - at);
    EXPECT_GE(model->memory_bytes, 24'000'000'000u);
    EXPECT_EQ(model->free_bytes, model->memory_bytes);
    EXPECT_GE(model->multiprocessors, 58);
    // Most shared memory of a block by compute capability: 8.0 163 KiB, 8.6 and 8.9 99 KiB, 9.0 227 KiB.
    const int compute = 10 * model->compute_major + model->compute_minor;
    const std::size_t kib = compute == 80 ? 163 : compute == 90 ? 227 : 99;
    EXPECT_EQ(model->shared_per_block_bytes, kib << 10) << model->name;
    EXPECT_TRUE(model->why_not_usable.empty());
  }
  EXPECT_EQ(models, 10u);
  for (const char* name : {"", "h300", "H200", "h200 ", "a100", "h100,h200"}) EXPECT_FALSE(device_model(name)) << name;
  EXPECT_TRUE(device_model(kDefaultDeviceModel));
}

}  // namespace
}  // namespace sprig
