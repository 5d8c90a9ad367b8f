#include "host/report/style.hpp"

#include <string>

#include "host/report/page.hpp"

namespace sprig::report {

namespace {

template <class Tones>
std::string variables(const Tones& tones, const char* Tone::*shade) {
  std::string out;
  for (const Tone& tone : tones) out += std::string("--") + tone.name + ":" + tone.*shade + ";";
  return out;
}

// A class a tone, for marks that are drawn in currentColor.
template <class Tones>
std::string classes(const Tones& tones) {
  std::string out;
  for (const Tone& tone : tones) out += std::string(".") + tone.name + "{color:var(--" + tone.name + ")}\n";
  return out;
}

std::string all_variables(const char* Tone::*shade) {
  return variables(kSurfaces, shade) + variables(kQuiet, shade) + variables(kInks, shade) + variables(kMarks, shade);
}

constexpr const char* kRules = R"(
*{box-sizing:border-box}
body{margin:0;background:var(--page);color:var(--ink);font:15px/1.5 system-ui,-apple-system,"Segoe UI",sans-serif}
main{max-width:1240px;margin:0 auto;padding:24px clamp(12px,3vw,32px) 56px}
h1{font-size:1.75rem;line-height:1.2;margin:.1em 0 .3em;overflow-wrap:anywhere}
h2{font-size:1.2rem;margin:2.2em 0 .2em}
h3{font-size:.95rem;margin:0 0 .5em}
p{margin:.3em 0 .8em;max-width:78ch;overflow-wrap:anywhere}
.lead,.note,figcaption{color:var(--muted)}
.kicker{margin:0;color:var(--muted);font-size:.8rem;font-weight:600;letter-spacing:.06em;text-transform:uppercase}
.notice{border-left:4px solid var(--s1);background:var(--card);padding:.6em .9em;border-radius:4px;max-width:none}
.tiles{display:grid;grid-template-columns:repeat(auto-fill,minmax(174px,1fr));gap:12px;margin:1.2em 0 0}
.tiles div,figure{background:var(--card);border:1px solid var(--edge);border-radius:10px}
.tiles div{padding:10px 14px}
dt{color:var(--muted);font-size:.82rem}
dd{margin:0;font-size:1.08rem;font-weight:600;font-variant-numeric:tabular-nums}
dd.note{font-size:.8rem;font-weight:400}
.panels{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,340px),1fr));gap:16px;margin:.9em 0 0}
figure{margin:0;padding:14px 14px 12px;min-width:0}
figcaption{font-size:.82rem;line-height:1.45;margin-top:.5em}
svg.plot{display:block;width:100%;height:auto}
img.pixels{display:block;width:100%;height:auto;image-rendering:pixelated;border-radius:4px}
svg.plot+svg.plot{margin-top:4px}
svg text{font:11px system-ui,-apple-system,"Segoe UI",sans-serif;font-variant-numeric:tabular-nums}
.tick{fill:var(--muted)}
.axis{fill:var(--ink)}
.grid,.base{fill:none;stroke:var(--edge);stroke-width:1}
.base{stroke:var(--muted)}
.legend{display:flex;flex-wrap:wrap;gap:2px 16px;list-style:none;margin:.5em 0 0;padding:0;font-size:.82rem}
.legend li{display:flex;align-items:center;gap:6px}
.key{width:30px;height:12px;flex:none}
.scroll+p{margin-top:.8em}
.scroll{overflow-x:auto;width:fit-content;max-width:100%;margin:.9em 0 0;background:var(--card);border:1px solid var(--edge);border-radius:10px}
table{border-collapse:collapse;font-size:.86rem;font-variant-numeric:tabular-nums}
th,td{padding:5px 12px;text-align:left;white-space:nowrap;border-top:1px solid var(--edge)}
th{color:var(--muted);font-weight:600;border-top:0}
table>tbody:first-child>tr:first-child>td{border-top:0}
.n{text-align:right}
details{margin:.9em 0 0}
summary{cursor:pointer;font-weight:600}
pre{overflow:auto;max-height:32em;background:var(--card);border:1px solid var(--edge);border-radius:10px;padding:12px 14px;font:12.5px/1.5 ui-monospace,SFMono-Regular,Menlo,monospace}
.plain{color:var(--muted);margin:.4em 0;padding-left:1.2em}
@media print{body{background:none}figure,.tiles div{break-inside:avoid}}
)";

}  // namespace

std::string style_sheet() {
  std::string out = ":root{color-scheme:light dark;" + all_variables(&Tone::light) + "}\n" +
                    "@media (prefers-color-scheme:dark){:root{" + all_variables(&Tone::dark) + "}}" + kRules;
  return out + classes(kQuiet) + classes(kInks) + classes(kMarks);
}

}  // namespace sprig::report
