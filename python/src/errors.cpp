#include "src/errors.hpp"

#include <pybind11/pybind11.h>

#include <exception>
#include <new>
#include <string>

#include "sprig/core/error.hpp"

namespace py = pybind11;

namespace sprig::python {

namespace {

const char* name_of_class(Exit code) {
  switch (code) {
    case Exit::input:
      return "InputError";
    case Exit::device:
      return "DeviceError";
    case Exit::memory:
      return "MemoryError";
    case Exit::numerical:
      return "NumericalError";
    case Exit::interrupted:
      return "Interrupted";
    default:
      return "ConfigError";
  }
}

void raise(const char* name, const std::string& text, const std::string& where) {
  const py::object type = py::module_::import("sprig.errors").attr(name), error = type(text);
  error.attr("where") = where;
  PyErr_SetObject(type.ptr(), error.ptr());
}

}  // namespace

void translate_errors() {
  py::register_exception_translator([](std::exception_ptr thrown) {
    try {
      if (thrown) std::rethrow_exception(thrown);
    } catch (const Error& error) {
      raise(name_of_class(error.code()), error.what(), error.where());
    } catch (const std::bad_alloc&) {
      raise("MemoryError", "out of memory; a smaller network, or fewer records, would fit", "");
    }
  });
}

}  // namespace sprig::python
