// The colours of a page, each once for light and once for dark.
#pragma once

#include <array>

namespace sprig::report {

struct Tone {
  const char *name, *light, *dark;
};

// What text and marks stand on.
inline constexpr std::array<Tone, 2> kSurfaces{{{"page", "#f5f6f7", "#121417"}, {"card", "#ffffff", "#1b1e23"}}};

// What must not be looked at first: grids and borders, the rows of neurons that are gone.
inline constexpr std::array<Tone, 2> kQuiet{{{"edge", "#dde1e5", "#343a42"}, {"shade", "#e4e7eb", "#2e343c"}}};

// Text: a contrast of 4.5 and more to both surfaces.
inline constexpr std::array<Tone, 2> kInks{{{"ink", "#1b1f24", "#e9ecef"}, {"muted", "#59626c", "#a3acb6"}}};

// Marks: a contrast of 3 and more, told apart by colour-blind readers too (the test has the measure); s0..s7 are of
// methods and series, always with a marker or dash of their own.
inline constexpr std::array<Tone, 10> kMarks{{{"before", "#6d7680", "#98a2ad"},
                                              {"after", "#0a66c2", "#5aabf5"},
                                              {"s0", "#0a66c2", "#5aabf5"},
                                              {"s1", "#cf6218", "#f0963c"},
                                              {"s2", "#0a8f5f", "#35c98e"},
                                              {"s3", "#cc2a86", "#ee6cb8"},
                                              {"s4", "#5f5212", "#e9dc7a"},
                                              {"s5", "#3a35b0", "#8d76f0"},
                                              {"s6", "#1490a3", "#7fe3ee"},
                                              {"s7", "#7c1626", "#d9534f"}}};

}  // namespace sprig::report
