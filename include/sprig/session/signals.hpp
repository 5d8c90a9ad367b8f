// Signals that ask long work to stop; a second one of the same kind ends the program at once.
#pragma once

namespace sprig {

// INT, TERM, HUP, USR1, USR2, XCPU, ALRM, VTALRM: remembered. Ctrl-C, an end that is asked for, a terminal that is
// gone, what schedulers warn with, limits and alarms of processor time and of time. One that was ignored when the
// program began, as under nohup or of a job in the background of a script, stays ignored.
void install_signal_handlers();
bool stop_requested();

// PIPE, XFSZ: ignored, so that writing reports an error instead.
void ignore_signals_of_writing();

}  // namespace sprig
