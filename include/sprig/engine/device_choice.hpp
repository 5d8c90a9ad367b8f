// Where work is asked to run, as run.device and --device say it: "cpu", "cuda", "cuda:N", "cuda:all" or "auto".
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "sprig/core/fields.hpp"

namespace sprig {

// cuda: the calling thread's current GPU where sprig can use it, else the first that it can. cuda_at(N): GPU number N,
// counted as the driver counts them. cuda_all: one piece of work after the other on every usable GPU; for work that has
// pieces (cells of a study, models that learn). automatic: cuda where there is a usable GPU, else cpu.
class Device {
 public:
  static const Device cpu, cuda, cuda_all, automatic;
  static constexpr int kHighest = 9999;
  static constexpr Device cuda_at(int index) { return {Kind::one, index}; }

  constexpr Device() = default;  // automatic
  // Of a text that read_device() understands.
  std::string text() const;
  // Does it name the GPU, whichever? Not where it is left open: uses_device() answers that.
  constexpr bool names_gpu() const { return kind_ == Kind::current || kind_ == Kind::one || kind_ == Kind::all; }
  // The number of cuda:N; none where no number is named.
  constexpr std::optional<int> index() const { return kind_ == Kind::one ? std::optional(index_) : std::nullopt; }
  friend constexpr bool operator==(const Device&, const Device&) = default;

 private:
  enum class Kind : std::uint8_t { cpu, current, one, all, automatic };
  constexpr Device(Kind kind, int index) : kind_(kind), index_(index) {}

  Kind kind_ = Kind::automatic;
  int index_ = 0;
};
inline constexpr Device Device::cpu{Device::Kind::cpu, 0};
inline constexpr Device Device::cuda{Device::Kind::current, 0};
inline constexpr Device Device::cuda_all{Device::Kind::all, 0};
inline constexpr Device Device::automatic{Device::Kind::automatic, 0};

// The device that a text names; none for any other text. Numbers are written in one way: cuda:1, not cuda:01.
std::optional<Device> read_device(std::string_view text);
// What read_device() takes, as a regular expression of JSON Schema, and in words.
inline constexpr const char* kDevicePattern = "^(cpu|auto|cuda|cuda:all|cuda:(0|[1-9][0-9]{0,3}))$";
inline constexpr const char* kDeviceWords =
    "\"cpu\", \"cuda\", \"cuda:N\" with N a GPU's number, \"cuda:all\" or \"auto\"";

// As core/refuse.hpp has them for other types.
std::string shown(const Device& device);
std::string in_words(const Device& like, const Allowed& allowed);
std::optional<std::string> offence(const Device& device, const Allowed& allowed);

}  // namespace sprig
