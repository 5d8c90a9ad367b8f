// Text and numbers as pages have them.
#include "sprig/formats/markup.hpp"

#include <gtest/gtest.h>

#include <limits>

#include "sprig/core/error.hpp"

namespace sprig {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN(), kInfinity = std::numeric_limits<double>::infinity();

TEST(Markup, NothingThatIsEscapedCanEndAnElementOrAnAttribute) {
  EXPECT_EQ(escaped("</title><script>alert('1' & \"2\")</script>"),
            "&lt;/title&gt;&lt;script&gt;alert(&#39;1&#39; &amp; &quot;2&quot;)&lt;/script&gt;");
  EXPECT_EQ(escaped("\u03BB max, 1\u00B710\u207B\u00B3, \U0001F9E0\tend\n"),
            "\u03BB max, 1\u00B710\u207B\u00B3, \U0001F9E0\tend\n");
}

TEST(Markup, BytesThatAreNoTextAreReplaced) {
  const std::string no = "\uFFFD";
  EXPECT_EQ(escaped("a\xFFz"), "a" + no + "z");
  EXPECT_EQ(escaped(std::string("\0\x01\x1B\x7F", 4)), no + no + no + no);
  EXPECT_EQ(escaped("\xC0\xAF"), no + no) << "overlong";
  EXPECT_EQ(escaped("\xED\xA0\x80"), no + no + no) << "a surrogate";
  EXPECT_EQ(escaped("\xE2\x82"), no + no) << "cut off";
  EXPECT_EQ(escaped("\xEF\xBF\xBF"), no) << "no character of XML";
  EXPECT_EQ(escaped("\xF4\x90\x80\x80"), no + no + no + no) << "beyond Unicode";
}

TEST(Markup, CoordinatesAreShortAndFinite) {
  EXPECT_EQ(coordinate(12), "12");
  EXPECT_EQ(coordinate(12.04), "12");
  EXPECT_EQ(coordinate(-0.04), "0");
  EXPECT_EQ(coordinate(-3.25, 2), "-3.25");
  EXPECT_EQ(coordinate(0.5, 2), "0.5");
  EXPECT_THROW(coordinate(kNaN), NumericalError);
  EXPECT_THROW(coordinate(-kInfinity), NumericalError);
}

TEST(Markup, FiguresReadWell) {
  EXPECT_EQ(figure(0), "0");
  EXPECT_EQ(figure(0.00521, 2), "0.0052");
  EXPECT_EQ(figure(-3.14159, 3), "\u22123.14");
  EXPECT_EQ(figure(9999), "9999");
  EXPECT_EQ(figure(16000), "16\u202F000");
  EXPECT_EQ(figure(298880970, 9), "298\u202F880\u202F970");
  EXPECT_EQ(figure(123456.7, 3), "123\u202F457") << "whole numbers keep their digits";
  EXPECT_EQ(figure(1.2e-5), "1.2\u00B710\u207B\u2075");
  EXPECT_EQ(figure(-1e12), "\u22121\u00B710\u00B9\u00B2");
  EXPECT_EQ(figure(kNaN), "n/a");
  EXPECT_EQ(figure(-kInfinity), "\u2212\u221E");
  EXPECT_EQ(figure_fixed(0.5, 2), "0.50");
  EXPECT_EQ(figure_fixed(-0.001, 2), "0.00");
  EXPECT_EQ(figure_fixed(-12345.678, 1), "\u221212\u202F345.7");
}

}  // namespace
}  // namespace sprig
