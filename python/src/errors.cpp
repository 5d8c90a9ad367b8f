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

// Names out of damaged files may be no UTF-8.
py::str readable(const std::string& text) {
  return py::reinterpret_steal<py::str>(
      PyUnicode_DecodeUTF8(text.data(), static_cast<py::ssize_t>(text.size()), "backslashreplace"));
}

void raise(const char* name, const std::string& text, const std::string& where) {
  const py::object type = py::module_::import("sprig.errors").attr(name), error = type(readable(text));
  error.attr("where") = readable(where);
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
      raise("MemoryError", "out of memory; `sprig plan` says beforehand how much a network takes", "");
    }
  });
}

}  // namespace sprig::python
