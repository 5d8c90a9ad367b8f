// Values as bytes and back, for files that work goes on from. A type says once what it consists of, in the order of the
// file, and both directions read that list:
//
//   struct Interval {
//     double mean, error;
//     static void persist(auto& self, auto& archive) { archive(self.mean, self.error); }
//   };
//
// or, beside a struct that should not know of files, `void persist(IsOptions<Interval> auto& self, auto& archive)`.
// Lists are of the state alone: what follows from the configuration is made anew. Numbers are stored as the machine has
// them; the file says which machine that is (formats/checkpoint_file.hpp).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "sprig/core/error.hpp"
#include "sprig/core/fields.hpp"
#include "sprig/core/view.hpp"

namespace sprig {

// Its bytes are its value: no pointers, no padding.
template <class T>
concept PlainBytes = std::is_trivially_copyable_v<T> && !std::is_pointer_v<T> &&
                     (std::has_unique_object_representations_v<T> || std::is_floating_point_v<T>);

template <class T, class Archive>
concept PersistsItself = requires(T& value, Archive& archive) {
  std::remove_const_t<T>::persist(value, archive);
};

class Writer {
 public:
  static constexpr bool kReads = false;
  using Sink = std::function<void(const void* data, std::size_t size)>;
  explicit Writer(Sink sink) : sink_(std::move(sink)) {}

  template <class... T>
  void operator()(const T&... values) {
    (put(values), ...);
  }
  void bytes(const void* data, std::size_t size) {
    if (size > 0) sink_(data, size);
  }

 private:
  template <class T>
  void put(const T& value) {
    if constexpr (PlainBytes<T>)
      bytes(&value, sizeof value);
    else if constexpr (PersistsItself<const T, Writer>)
      T::persist(value, *this);
    else
      persist(value, *this);
  }
  void put(const std::string& text) {
    put(std::uint64_t{text.size()});
    bytes(text.data(), text.size());
  }
  template <class T>
  void put(const std::vector<T>& values) {
    static_assert(!std::is_same_v<T, bool>, "vector<bool> has no bytes");
    put(std::uint64_t{values.size()});
    if constexpr (PlainBytes<T>)
      bytes(values.data(), values.size() * sizeof(T));
    else
      for (const T& value : values) put(value);
  }
  template <class T, std::size_t kSize>
  void put(const std::array<T, kSize>& values) {
    for (const T& value : values) put(value);
  }
  template <class T>
  void put(const std::optional<T>& value) {
    put(value.has_value());
    if (value) put(*value);
  }
  template <class A, class B>
  void put(const std::pair<A, B>& value) {
    put(value.first), put(value.second);
  }
  template <class K, class V>
  void put(const std::map<K, V>& values) {
    put(std::uint64_t{values.size()});
    for (const auto& [key, value] : values) put(key), put(value);
  }

  Sink sink_;
};

// Errors (all members): InputError, where = what it was made with, for bytes that end too early or cannot be a value.
// Nothing is allocated that the bytes left could not fill.
class Reader {
 public:
  static constexpr bool kReads = true;
  using Source = std::function<void(void* data, std::size_t size)>;
  // left: how many bytes the source has.
  Reader(std::string where, Source source, std::uint64_t left)
      : where_(std::move(where)), source_(std::move(source)), left_(left) {}

  template <class... T>
  void operator()(T&... values) {
    (get(values), ...);
  }
  void bytes(void* data, std::size_t size) {
    if (size > left_) refuse("is cut short");
    if (size == 0) return;
    source_(data, size);
    left_ -= size;
  }
  // All of it has been read. Errors: bytes are left.
  void finish() const {
    if (left_ != 0) refuse("has " + std::to_string(left_) + " bytes more than it should");
  }
  [[noreturn]] void refuse(const std::string& what) const { throw InputError(where_, what); }

 private:
  template <class T>
  void get(T& value) {
    if constexpr (std::is_same_v<T, bool>) {
      unsigned char byte = 0;
      bytes(&byte, 1);
      if (byte > 1) refuse("has a yes or no that is neither");
      value = byte == 1;
    } else if constexpr (PlainBytes<T>) {
      bytes(&value, sizeof value);
    } else if constexpr (PersistsItself<T, Reader>) {
      T::persist(value, *this);
    } else {
      persist(value, *this);
    }
  }
  // least: bytes of an element.
  std::size_t count(std::size_t least) {
    std::uint64_t size = 0;
    get(size);
    if (size > left_ / least) refuse("has a list that is longer than the file");
    return static_cast<std::size_t>(size);
  }
  void get(std::string& text) {
    text.resize(count(1));
    bytes(text.data(), text.size());
  }
  template <class T>
  void get(std::vector<T>& values) {
    if constexpr (PlainBytes<T>) {
      values.resize(count(sizeof(T)));
      bytes(values.data(), values.size() * sizeof(T));
    } else {
      const std::size_t size = count(1);
      values.clear();
      for (std::size_t k = 0; k < size; ++k) get(values.emplace_back());
    }
  }
  template <class T, std::size_t kSize>
  void get(std::array<T, kSize>& values) {
    for (T& value : values) get(value);
  }
  template <class T>
  void get(std::optional<T>& value) {
    bool there = false;
    get(there);
    value.reset();
    if (there) get(value.emplace());
  }
  template <class A, class B>
  void get(std::pair<A, B>& value) {
    get(value.first), get(value.second);
  }
  template <class K, class V>
  void get(std::map<K, V>& values) {
    const std::size_t size = count(1);
    values.clear();
    for (std::size_t k = 0; k < size; ++k) {
      K key{};
      get(key);
      get(values[key]);
    }
  }

  std::string where_;
  Source source_;
  std::uint64_t left_;
};

// A copy in memory.
template <class... T>
std::vector<char> persisted(const T&... values) {
  std::vector<char> to;
  Writer writer([&](const void* data, std::size_t size) {
    to.resize(to.size() + size);
    std::memcpy(to.data() + to.size() - size, data, size);
  });
  writer(values...);
  return to;
}
// The values that it was made of, all of them. Errors: those of Reader.
template <class... T>
void read_persisted(View<const char> bytes, const std::string& where, T&... values) {
  std::size_t at = 0;
  Reader reader(
      where,
      [&](void* data, std::size_t size) {
        std::memcpy(data, bytes.data + at, size);
        at += size;
      },
      bytes.size);
  reader(values...);
  reader.finish();
}

}  // namespace sprig
