// Pages as a browser shows them: headless Chromium, on a desktop and on a phone, light and dark.
#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>

#include "host/report/style.hpp"
#include "sprig/report/report.hpp"
#include "tests/app/program.hpp"
#include "tests/report/report_support.hpp"
#include "tests/support/python.hpp"

namespace sprig {
namespace {

struct Screen {
  int width, height;
};
constexpr Screen kDesktop{1280, 1600}, kPhone{390, 1600};

class ReportInBrowser : public Program {
 protected:
  void SetUp() override {
    Program::SetUp();
    if (std::system("command -v chromium >/dev/null") != 0)
      GTEST_SKIP() << "needs chromium (Debian package; ./dev test --all installs it)";
    if (!test::python_numbers("numpy_there", "print(1)")) GTEST_SKIP() << "needs /usr/bin/python3 with NumPy and SciPy";
  }

  // Opens a page; what the browser wrote to stdout. Its messages are in browser.txt.
  std::string open(const std::string& page, const Screen& screen, bool dark, const std::string& what) {
    // preferredColorScheme: 0 dark, 1 light. The sandbox needs privileges that containers lack; the page is ours.
    const std::string command =
        "timeout 120 chromium --headless --no-sandbox --disable-gpu --disable-dev-shm-usage --hide-scrollbars "
        "--enable-logging=stderr --v=0 --user-data-dir='" +
        folder("profile") + "' --blink-settings=preferredColorScheme=" + (dark ? "0" : "1") +
        " --window-size=" + std::to_string(screen.width) + "," + std::to_string(screen.height) + " " + what +
        " 'file://" + page + "' > '" + folder("browser_out.txt") + "' 2> '" + folder("browser.txt") + "'";
    EXPECT_EQ(std::system(command.c_str()), 0) << test::read_file(folder("browser.txt"));
    return test::read_file(folder("browser_out.txt"));
  }

  bool complained() const { return test::read_file(folder("browser.txt")).find("CONSOLE") != std::string::npos; }

  struct Look {
    std::string corner;  // colour of the first pixel, "#rrggbb"
    double detail = 0;  // share of bytes that PNG's filters could not guess from their neighbours: 0 where all is blank
  };

  Look look(const std::string& page, const Screen& screen, bool dark) {
    const std::string picture = folder("screen.png");
    std::filesystem::remove(picture);
    open(page, screen, dark, "--screenshot='" + picture + "'");
    const auto numbers = test::python_numbers("look", R"(
import struct, zlib, numpy as np
data = open(')" + picture + R"(', 'rb').read()
assert data[:8] == b'\x89PNG\r\n\x1a\n'
at, packed = 8, b''
while at < len(data):
    size, kind = struct.unpack('>I4s', data[at:at + 8])
    body = data[at + 8:at + 8 + size]
    if kind == b'IHDR': width, height, depth, colours, _, _, interlaced = struct.unpack('>IIBBBBB', body)
    if kind == b'IDAT': packed += body
    at += size + 12
assert depth == 8 and colours in (2, 6) and not interlaced
rows = np.frombuffer(zlib.decompress(packed), np.uint8).reshape(height, -1)
print(*rows[0, 1:4], (rows[1:, 1:] != 0).mean(), width)  # the first pixel is stored as it is, whatever the filter
)");
    EXPECT_EQ(numbers->size(), 5u);
    if (numbers->size() != 5) return {};
    EXPECT_EQ((*numbers)[4], screen.width);
    char colour[8];
    std::snprintf(colour, sizeof colour, "#%02x%02x%02x", static_cast<int>((*numbers)[0]),
                  static_cast<int>((*numbers)[1]), static_cast<int>((*numbers)[2]));
    return {colour, (*numbers)[3]};
  }

  // The page in a frame as wide as the screen (a headless window is never narrower than 500 pixels), measured.
  Json measure(const std::string& page, const Screen& screen) {
    std::string text;
    for (const char c : test::read_file(page)) text += c == '&' ? "&amp;" : c == '"' ? "&quot;" : std::string(1, c);
    const std::string script = R"(<script>
      addEventListener('load', () => {
        const view = document.querySelector('iframe').contentWindow, page = view.document;
        const box = e => e.getBoundingClientRect();
        const plots = [...page.querySelectorAll('svg.plot')];
        const ticks = plots.map(s => [...s.querySelectorAll('.tick')].map(box));
        const overlap = (a, b) =>
          a.left < b.right && b.left < a.right && a.top < b.bottom - 2 && b.top < a.bottom - 2;
        let collisions = 0, outside = 0;
        for (const list of ticks)
          list.forEach((a, i) => list.slice(i + 1).forEach(b => { collisions += overlap(a, b); }));
        for (const s of plots)
          for (const t of s.querySelectorAll('text'))
            outside += box(t).left < box(s).left - 1 || box(t).right > box(s).right + 1 ||
                       box(t).top < box(s).top - 1 || box(t).bottom > box(s).bottom + 1;
        const free = [...page.body.querySelectorAll('*')].filter(e => !e.closest('.scroll, pre, svg'));
        document.title = JSON.stringify({
          inner: view.innerWidth, scroll: page.documentElement.scrollWidth,
          wide: free.filter(e => box(e).right > view.innerWidth + 0.5).length,
          plots: plots.length, collisions: collisions, outside: outside,
          smallest: Math.min(...ticks.flat().map(t => t.height))});
      });
    </script>)";
    const std::string outer = folder("measured.html");
    test::write_raw(outer, "<!DOCTYPE html><html><head><title></title>" + script +
                               "</head><body><iframe style='border:0;width:" + std::to_string(screen.width) +
                               "px;height:900px' srcdoc=\"" + text + "\"></iframe></body></html>");
    const std::string dom = open(outer, kDesktop, false, "--dump-dom");
    const std::size_t start = dom.find("<title>") + 7;
    return Json::parse(dom.substr(start, dom.find("</title>") - start), nullptr, false);
  }

  void expect_shown(const std::string& page, const std::string& title) {
    EXPECT_NE(open(page, kDesktop, false, "--dump-dom").find("<title>" + title + "</title>"), std::string::npos);
    EXPECT_FALSE(complained()) << test::read_file(folder("browser.txt"));
    for (const Screen& screen : {kDesktop, kPhone}) {
      SCOPED_TRACE(std::to_string(screen.width) + " wide");
      for (const bool dark : {false, true}) {
        SCOPED_TRACE(dark ? "dark" : "light");
        const Look seen = look(page, screen, dark);
        EXPECT_EQ(seen.corner, dark ? report::kSurfaces[0].dark : report::kSurfaces[0].light);
        EXPECT_GT(seen.detail, 0.02);
        EXPECT_FALSE(complained()) << test::read_file(folder("browser.txt"));
      }
      const Json measured = measure(page, screen);
      ASSERT_TRUE(measured.is_object());
      EXPECT_EQ(measured["inner"], screen.width);
      EXPECT_LE(measured["scroll"].get<int>(), screen.width) << "the page itself must not scroll sideways";
      EXPECT_EQ(measured["wide"], 0);
      EXPECT_GE(measured["plots"].get<int>(), 5);
      EXPECT_EQ(measured["collisions"], 0) << "labels of an axis that cover one another";
      EXPECT_EQ(measured["outside"], 0) << "text that leaves its drawing";
      EXPECT_GE(measured["smallest"].get<double>(), 9) << "pixels of a label's height";
    }
  }
};

TEST_F(ReportInBrowser, TheBrowserTellsOfWhatIsWrong) {
  test::write_raw(folder("bad.html"),
                  "<!DOCTYPE html><title>bad</title><script>console.error('no')</script>"
                  "<div style='width:900px'>wide</div></body>");
  open(folder("bad.html"), kPhone, false, "--dump-dom");
  EXPECT_TRUE(complained());
  test::write_raw(folder("blank.html"), "<!DOCTYPE html><title>blank</title><body></body>");
  EXPECT_LT(look(folder("blank.html"), kPhone, false).detail, 0.001);
  EXPECT_GT(measure(folder("bad.html"), kPhone)["scroll"].get<int>(), kPhone.width);
}

TEST_F(ReportInBrowser, ThePageOfAPruningIsShown) {
  const Outcome outcome = run({"prune", "--config", "small.toml", "--out", "prune"});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  expect_shown(folder("prune/report.html"), "sprig: prune");
}

TEST_F(ReportInBrowser, ThePageOfAStudyIsShown) {
  test::make_run(folder("study"), test::manifest_of("study"), test::studied());
  write_report(folder("study"));
  expect_shown(folder("study/report.html"), "sprig: study");
}

}  // namespace
}  // namespace sprig
