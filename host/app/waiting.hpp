// How the program's threads wait for one another.
#pragma once

namespace sprig::app {

// On a machine that others use too, threads that spin at barriers take the cores from those they wait for
// (bench/in_turn.sh
// --waiting: with four others busy on two cores a prune of 400 neurons takes half the time so). Threads therefore sleep
// after kSpins turns, about 20 us, which on a machine of one's own costs nothing that could be measured. OpenMP's
// runtime reads its settings when it is loaded, before main(): so the program starts itself anew with them.
// OMP_WAIT_POLICY or GOMP_SPINCOUNT in the environment win. Returns where nothing is to be changed, or nothing can be.
void choose_waiting(char** argv);

inline constexpr const char* kSpins = "5000";

}  // namespace sprig::app
