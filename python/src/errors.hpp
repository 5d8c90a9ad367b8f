// The exceptions of sprig.errors in the place of C++'s.
#pragma once

namespace sprig::python {

void translate_errors();

}  // namespace sprig::python
