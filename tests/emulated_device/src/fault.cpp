// Accesses to memory that is out of reach, explained, and pointers to the host's memory among a kernel's arguments.
#include <cxxabi.h>
#include <elf.h>
#include <fcntl.h>
#include <link.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <ucontext.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "tests/emulated_device/src/device.hpp"
#include "tests/emulated_device/src/sanitizers.hpp"

namespace sprig::emulated {

namespace {

const void* running_kernel = nullptr;
struct sigaction before[NSIG];

std::string describe(const void* address) {
  if (const std::string shared = describe_shared(address); !shared.empty()) return shared;
  for (const auto& device : system().devices)
    if (device->memory.has_address(address))
      return device->memory.describe(address) +
             (system().devices.size() == 1 ? "" : " of device " + std::to_string(device->index));
  if (system().pinned.has_address(address)) return "pinned memory, " + system().pinned.describe(address);
  return "";
}

void on_signal(int number, siginfo_t* info, void* context) {
  const bool addressed = info->si_code != SI_KERNEL;  // else: no address at all, such as one made of poison
  const void* address = addressed ? info->si_addr : nullptr;
  const std::string place = describe(address);
  const bool writes = (static_cast<ucontext_t*>(context)->uc_mcontext.gregs[REG_ERR] & 2) != 0;
  const std::string access =
      !addressed ? std::string(" uses an address that is none") : std::string(writes ? " writes to " : " reads ");
  if (in_kernel()) {
    char text[32];
    std::snprintf(text, sizeof text, "address %p", address);
    const std::string report = running_thread() + access + (!addressed ? "" : place.empty() ? text : place);
    if (!thread_sanitizer()) abandon_grid(report);
    std::fprintf(stderr, "emulated device: kernel %s: %s\n", kernel_name(running_kernel).c_str(), report.c_str());
  } else if (!place.empty()) {
    std::fprintf(stderr, "emulated device: the host%s%s\n", access.c_str(), place.c_str());
  } else {
    sigaction(number, &before[number], nullptr);  // not ours
    return;
  }
  std::abort();
}

// The name of the function at `address` in the program's table of symbols: kernels are local symbols.
std::string symbol_at(const void* address) {
  const int file = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
  struct stat status {};
  if (file < 0 || fstat(file, &status) != 0) return "";
  const auto size = static_cast<std::size_t>(status.st_size);
  void* mapped = mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file, 0);
  close(file);
  if (mapped == MAP_FAILED) return "";
  ElfW(Addr) base = 0;  // where the program was loaded
  dl_iterate_phdr(
      [](dl_phdr_info* program, std::size_t, void* to) {
        *static_cast<ElfW(Addr)*>(to) = program->dlpi_addr;
        return 1;
      },
      &base);
  const auto wanted = reinterpret_cast<ElfW(Addr)>(address) - base;
  const char* bytes = static_cast<const char*>(mapped);
  const auto* header = reinterpret_cast<const ElfW(Ehdr)*>(bytes);
  const auto* sections = reinterpret_cast<const ElfW(Shdr)*>(bytes + header->e_shoff);
  std::string name;
  for (int s = 0; s < header->e_shnum && name.empty(); ++s) {
    if (sections[s].sh_type != SHT_SYMTAB) continue;
    const auto* symbols = reinterpret_cast<const ElfW(Sym)*>(bytes + sections[s].sh_offset);
    const char* names = bytes + sections[sections[s].sh_link].sh_offset;
    for (std::size_t k = 0; k < sections[s].sh_size / sizeof *symbols; ++k)
      if (symbols[k].st_value == wanted && ELF64_ST_TYPE(symbols[k].st_info) == STT_FUNC)
        name = names + symbols[k].st_name;
  }
  munmap(mapped, size);
  return name;
}

// Below lie no stack, no heap and no library of a program that may be loaded anywhere, but two counts side by side do,
// and the sanitizers' own memory. Above, a word whose lower half is a small number is two counts as well: it can be the
// address of something mapped, for mappings are large.
constexpr std::uintptr_t kLeastHostAddress = 0x5500'0000'0000, kLargestCount = 1u << 20;
bool may_be_of_the_host(std::uintptr_t word) {
  return word >= kLeastHostAddress && word >> 47 == 0 && (word & 0xFFFFFFFF) > kLargestCount;
}

// Whether there is memory at an address.
bool is_mapped(std::uintptr_t address) {
  unsigned char resident = 0;
  return mincore(reinterpret_cast<void*>(address & ~std::uintptr_t{4095}), 1, &resident) == 0;
}

}  // namespace

void watch_signals() {
  static bool watching = false;
  if (watching) return;
  watching = true;
  // A stack of its own: that of the running thread may be what is too small.
  static char stack[256 * 1024];
  stack_t alternative{};
  alternative.ss_sp = stack;
  alternative.ss_size = sizeof stack;
  sigaltstack(&alternative, nullptr);
  struct sigaction action {};
  action.sa_sigaction = on_signal;
  action.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER;
  for (const int number : {SIGSEGV, SIGBUS}) sigaction(number, &action, &before[number]);
}

void name_running_kernel(const void* kernel) { running_kernel = kernel; }

std::string kernel_name(const void* kernel) {
  const std::string symbol = symbol_at(kernel);
  if (symbol.empty()) return "?";
  int status = 0;
  char* demangled = abi::__cxa_demangle(symbol.c_str(), nullptr, nullptr, &status);
  std::string name = status == 0 ? demangled : symbol;
  std::free(demangled);
  // Without what it returns, its namespaces and its parameters.
  const std::string unnamed = "(anonymous namespace)::";
  for (std::size_t at; (at = name.find(unnamed)) != std::string::npos;) name.erase(at, unnamed.size());
  name = name.substr(0, name.find('('));
  const std::size_t template_at = name.find('<');
  const std::size_t before_name = name.find_last_of(": ", template_at);
  return before_name == std::string::npos ? name : name.substr(before_name + 1);
}

std::string host_pointer_in(const Launch& launch) {
  for (std::size_t a = 0; a < launch.arguments.size(); ++a)
    for (std::size_t offset = 0; offset + 8 <= launch.arguments[a].size(); offset += 8) {
      std::uintptr_t word = 0;
      std::memcpy(&word, launch.arguments[a].data() + offset, sizeof word);
      if (!may_be_of_the_host(word) || system().pinned.has_address(reinterpret_cast<void*>(word))) continue;
      bool of_device = false;
      for (const auto& device : system().devices)
        of_device = of_device || device->memory.has_address(reinterpret_cast<void*>(word));
      if (of_device || !is_mapped(word)) continue;
      return "byte " + std::to_string(offset) + " of argument " + std::to_string(a + 1);
    }
  return "";
}

}  // namespace sprig::emulated
