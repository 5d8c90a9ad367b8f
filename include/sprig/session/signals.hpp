// Ctrl-C and SIGTERM ask long work to stop; a second one ends the program at once.
#pragma once

namespace sprig {

// SIGINT, SIGTERM: remembered. SIGPIPE, SIGXFSZ: ignored, so that writing reports an error instead.
void install_signal_handlers();
bool stop_requested();
int stop_exit_code();  // 128 + the signal; 0 when none came

}  // namespace sprig
