// Text for a page: escaped, and numbers that are written alike on every machine and in every locale.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace sprig {

// Bytes of the character of UTF-8 text that begins at `at`; 0 where there is none (cut off, overlong, a surrogate).
std::size_t utf8_bytes(std::string_view text, std::size_t at);

// For the content of an element or a quoted attribute of HTML and XML. What is not UTF-8, and control characters but
// tab and newline, become U+FFFD.
std::string escaped(std::string_view text);

// `decimals` digits after the point, no more than needed: 1.50 -> "1.5", -0.001 -> "0". For coordinates. NumericalError
// when the value is not finite: such a coordinate would be drawn nowhere.
std::string coordinate(double value, int decimals = 1);

// For readers: "0.0052", "−3.1", "1.2·10⁻⁵", "16 000" (from 10 000 on, a thin space every three digits). `digits` are
// significant; "n/a" for NaN.
std::string figure(double value, int digits = 4);
// The same with a fixed number of decimals: labels of one axis.
std::string figure_fixed(double value, int decimals);
// 10 to the power of `exponent`: "10⁻⁵".
std::string power_of_ten(int exponent);

}  // namespace sprig
