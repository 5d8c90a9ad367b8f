#include "host/app/learn/energy_meter.hpp"

#include <dlfcn.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <vector>

namespace sprig::app {

namespace {

// -1 where it cannot be read.
double number_in(const std::filesystem::path& path) {
  double value = -1;
  std::ifstream(path) >> value;
  return value;
}

// https://docs.kernel.org/power/powercap: microjoules that wrap around at max_energy_range_uj.
class Rapl final : public EnergyMeter {
 public:
  struct Package {
    std::filesystem::path counter;
    double range, last, total = 0;
  };
  explicit Rapl(std::vector<Package> packages) : packages_(std::move(packages)) {}

  double joules() override {
    double sum = 0;
    for (Package& package : packages_) {
      const double now = number_in(package.counter);
      if (now < 0) return std::nan("");
      package.total += now >= package.last ? now - package.last : now - package.last + package.range;
      package.last = now;
      sum += package.total;
    }
    return sum * 1e-6;
  }
  std::string source() const override { return "RAPL, " + std::to_string(packages_.size()) + " packages"; }

 private:
  std::vector<Package> packages_;
};

// nvmlDeviceGetTotalEnergyConsumption: millijoules since the driver was loaded.
class Nvml final : public EnergyMeter {
 public:
  static std::unique_ptr<EnergyMeter> open(const std::string& pci_bus_id) {
    std::unique_ptr<Nvml> meter(new Nvml(pci_bus_id));
    const auto start = meter->find<int (*)()>("nvmlInit_v2");
    const auto device = meter->find<int (*)(const char*, void**)>("nvmlDeviceGetHandleByPciBusId_v2");
    meter->energy_ = meter->find<Energy>("nvmlDeviceGetTotalEnergyConsumption");
    if (start == nullptr || device == nullptr || meter->energy_ == nullptr || start() != 0) return nullptr;
    meter->started_ = true;
    if (device(pci_bus_id.c_str(), &meter->device_) != 0 || std::isnan(meter->joules())) return nullptr;
    return meter;
  }
  ~Nvml() override {
    if (const auto stop = find<int (*)()>("nvmlShutdown"); started_ && stop != nullptr) stop();
    if (library_ != nullptr) dlclose(library_);
  }
  double joules() override {
    unsigned long long millijoules = 0;
    return energy_(device_, &millijoules) == 0 ? static_cast<double>(millijoules) * 1e-3 : std::nan("");
  }
  std::string source() const override { return "NVML, device " + pci_bus_id_; }

 private:
  using Energy = int (*)(void*, unsigned long long*);

  explicit Nvml(std::string pci_bus_id)
      : pci_bus_id_(std::move(pci_bus_id)), library_(dlopen("libnvidia-ml.so.1", RTLD_NOW | RTLD_LOCAL)) {}
  template <class Function>
  Function find(const char* name) const {
    return library_ == nullptr ? nullptr : reinterpret_cast<Function>(dlsym(library_, name));
  }

  std::string pci_bus_id_;
  void* library_;
  bool started_ = false;
  void* device_ = nullptr;
  Energy energy_ = nullptr;
};

}  // namespace

std::unique_ptr<EnergyMeter> device_energy_meter(const std::string& pci_bus_id) { return Nvml::open(pci_bus_id); }

std::unique_ptr<EnergyMeter> processor_energy_meter(const std::string& folder) {
  std::vector<Rapl::Package> packages;
  std::error_code error;
  for (std::filesystem::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) {
    // "intel-rapl:0:1" is a part of a package; "psys" holds them all.
    const std::string zone = entry->path().filename().string();
    if (zone.rfind("intel-rapl:", 0) != 0 || zone.find(':', 11) != std::string::npos) continue;
    std::string name;
    std::ifstream(entry->path() / "name") >> name;
    if (name.rfind("package-", 0) != 0) continue;
    const double now = number_in(entry->path() / "energy_uj"), range = number_in(entry->path() / "max_energy_range_uj");
    if (now >= 0 && range > 0) packages.push_back({entry->path() / "energy_uj", range, now});
  }
  if (packages.empty()) return nullptr;
  return std::make_unique<Rapl>(std::move(packages));
}

}  // namespace sprig::app
