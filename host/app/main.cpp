#include <fcntl.h>
#include <unistd.h>

#include "host/app/verbs.hpp"
#include "host/app/waiting.hpp"

int main(int argc, char** argv) {
  sprig::app::choose_waiting(argv);
  // Where a caller has closed the standard streams, the first files opened would take their places.
  for (int descriptor = open("/dev/null", O_RDWR); descriptor >= 0; descriptor = dup(descriptor))
    if (descriptor > STDERR_FILENO) {
      close(descriptor);
      break;
    }
  return sprig::app::run_command_line(argc, argv);
}
