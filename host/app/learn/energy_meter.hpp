// Energy that was used, from the best source there is.
#pragma once

#include <memory>
#include <string>

namespace sprig::app {

// A counter of joules since some moment.
class EnergyMeter {
 public:
  virtual ~EnergyMeter() = default;
  virtual double joules() = 0;  // NaN once it can no longer be read
  virtual std::string source() const = 0;
};

// The own counter of the device with this PCI bus id (NVML, loaded when it is asked for), or the processor packages'
// (RAPL, where the files can be read); null where there is none: operations are then counted.
std::unique_ptr<EnergyMeter> device_energy_meter(const std::string& pci_bus_id);
std::unique_ptr<EnergyMeter> processor_energy_meter(const std::string& folder = "/sys/class/powercap");

}  // namespace sprig::app
