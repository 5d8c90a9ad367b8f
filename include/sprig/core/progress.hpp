// Long work reports how far it is and asks whether to go on.
#pragma once

#include <functional>

namespace sprig {

// Called now and then with the fraction done, in [0, 1], from the thread that started the work. Returns false to stop:
// the work then ends early with what is done, as each operation says.
using Progress = std::function<bool(double fraction)>;

}  // namespace sprig
