// Between NumPy's arrays and vectors.
#pragma once

#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace sprig::python {

namespace py = pybind11;

// A read-only array over memory that `owner` keeps alive. As: the type NumPy sees, of T's size.
template <class As, class T>
py::array view(const T* data, std::vector<py::ssize_t> shape, std::vector<py::ssize_t> strides, py::handle owner) {
  static_assert(sizeof(As) == sizeof(T));
  py::array array(py::dtype::of<As>(), std::move(shape), std::move(strides), reinterpret_cast<const As*>(data), owner);
  py::detail::array_proxy(array.ptr())->flags &= ~py::detail::npy_api::NPY_ARRAY_WRITEABLE_;
  return array;
}
template <class As, class T>
py::array view_as(const std::vector<T>& values, py::handle owner) {
  return view<As>(values.data(), {static_cast<py::ssize_t>(values.size())}, {sizeof(T)}, owner);
}
template <class T>
py::array view_of(const std::vector<T>& values, py::handle owner) {
  return view_as<T>(values, owner);
}

// The vector's memory becomes the array's.
template <class T>
py::array owned(std::vector<T>&& values, std::vector<py::ssize_t> shape = {}) {
  auto* kept = new std::vector<T>(std::move(values));
  const py::capsule owner(kept, [](void* p) { delete static_cast<std::vector<T>*>(p); });
  if (shape.empty()) shape = {static_cast<py::ssize_t>(kept->size())};
  return py::array_t<T>(std::move(shape), kept->data(), owner);
}

// A copy, of an array of one dimension.
template <class T>
std::vector<T> vector_of(const py::array_t<T, py::array::c_style | py::array::forcecast>& array) {
  return {array.data(), array.data() + array.size()};
}
template <class T>
using Values = py::array_t<T, py::array::c_style | py::array::forcecast>;

}  // namespace sprig::python
