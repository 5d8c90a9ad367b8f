// The fields of an options struct from a Python dictionary, by the struct's own table.
#pragma once

#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "sprig/core/refuse.hpp"
#include "sprig/network/description.hpp"
#include "src/arrays.hpp"

namespace sprig::python {

// What was found where a field may not hold it.
struct Found {
  std::string what;
};

inline std::string text_of_object(py::handle value) {
  std::string text = py::repr(value).cast<std::string>().substr(0, 60);
  for (char& c : text)
    if (static_cast<unsigned char>(c) < 32) c = ' ';
  return text;
}

inline bool is_array(py::handle value) {
  if (py::isinstance<py::str>(value)) return false;
  if (py::hasattr(value, "ndim")) return value.attr("ndim").cast<int>() > 0;
  return py::isinstance<py::sequence>(value);
}

template <class T>
inline constexpr bool kIsVector = false;
template <class T>
inline constexpr bool kIsVector<std::vector<T>> = true;

inline double real_from(py::handle value) {
  if (is_array(value) || py::isinstance<py::str>(value) || PyBool_Check(value.ptr()))
    throw Found{text_of_object(value)};
  const double number = PyFloat_AsDouble(value.ptr());
  if (number == -1 && PyErr_Occurred()) {
    PyErr_Clear();
    throw Found{text_of_object(value)};
  }
  return number;
}

inline std::string text_from(py::handle value) {
  if (py::isinstance<py::str>(value)) return value.cast<std::string>();
  if (py::hasattr(value, "__fspath__")) return value.attr("__fspath__")().cast<std::string>();
  throw Found{text_of_object(value)};
}

// A value of Python's as a field of this type. Errors: Found.
template <class T>
T value_from(py::handle value) {
  if constexpr (kIsVector<T>) {
    T values;
    if (!is_array(value)) return {value_from<typename T::value_type>(value)};
    for (const py::handle entry : value) values.push_back(value_from<typename T::value_type>(entry));
    return values;
  } else if constexpr (std::same_as<T, bool>) {
    if (!PyBool_Check(value.ptr())) throw Found{text_of_object(value)};
    return value.ptr() == Py_True;
  } else if constexpr (std::integral<T>) {
    if (!PyIndex_Check(value.ptr()) || PyBool_Check(value.ptr())) throw Found{text_of_object(value)};
    int overflow = 0;
    const auto index = py::reinterpret_steal<py::object>(PyNumber_Index(value.ptr()));
    const long long number = PyLong_AsLongLongAndOverflow(index.ptr(), &overflow);
    if (overflow != 0 || !std::in_range<T>(number)) throw Found{text_of_object(value)};
    return static_cast<T>(number);
  } else if constexpr (std::floating_point<T>) {
    return real_from(value);
  } else if constexpr (Worded<T>) {
    const std::string text = text_from(value);
    constexpr auto names = words_of(T{});
    for (std::size_t k = 0; k < names.size(); ++k)
      if (names[k] == text) return static_cast<T>(k);
    throw Found{in_quotes(text)};
  } else if constexpr (std::same_as<T, Distribution>) {
    if (!py::isinstance<py::str>(value)) return {Distribution::Kind::constant, real_from(value), 0};
    if (const auto law = read_distribution(value.cast<std::string>())) return *law;
    throw Found{text_of_object(value)};
  } else if constexpr (std::same_as<T, std::optional<NeuronValues>>) {
    NeuronValues values;
    if (py::isinstance<py::str>(value)) {
      if (const auto read = read_neuron_values(value.cast<std::string>())) return *read;
      throw Found{text_of_object(value)};
    }
    if (is_array(value))
      values.given = value_from<std::vector<double>>(value);
    else
      values.law = {Distribution::Kind::constant, real_from(value), 0};
    return values;
  } else if constexpr (std::same_as<T, ConnectionRule>) {
    if (const auto rule = read_rule(text_from(value))) return *rule;
    throw Found{text_of_object(value)};
  } else {
    return text_from(value);
  }
}

// A visitor that takes out of `given` what it has of the fields. What is None stays at its default.
struct __attribute__((visibility("hidden"))) FromDict {
  std::string section;
  py::dict given;

  template <class T>
  void operator()(const char* name, T& field, const Allowed& allowed, const char* = "") const {
    if (!given.contains(name)) return;
    const py::object value = given[name];
    given.attr("pop")(name);
    if (value.is_none()) return;
    const std::string key = section + "." + name;
    try {
      field = value_from<T>(value);
      if (std::optional<std::string> found = offence(field, allowed)) throw Found{std::move(*found)};
    } catch (const Found& found) {
      refuse(key, found.what, in_words(field, allowed));
    }
  }
};

// Every field of an options struct; `given` stays as it is. Errors: ConfigError; TypeError for names that the struct
// does not have.
template <class Options>
void fill(Options& options, const std::string& section, const py::dict& given) {
  const FromDict visitor{section, py::reinterpret_steal<py::dict>(PyDict_Copy(given.ptr()))};
  fields(options, visitor);
  if (!visitor.given.empty())
    throw py::type_error(section + ": unexpected keyword argument " + text_of_object((*visitor.given.begin()).first));
}

}  // namespace sprig::python
