"""How the page looks: on a phone, on a desk, at night, on paper."""

from __future__ import annotations

import base64
import hashlib

LIGHT = {
    "back": "#ffffff",
    "card": "#f5f6f8",
    "line": "#c9ced6",
    "text": "#16191d",
    "mute": "#4d545d",
    "ok": "#0f5a28",
    "fail": "#a8121c",
    "note": "#7d4400",
    "unseen": "#0a5283",
    "absent": "#553f9c",
    "skip": "#4d545d",
}
"""Colours by day and on paper. Names of answers are those of `findings.WORDS` in lower case."""
DARK = {
    "back": "#121518",
    "card": "#1c2024",
    "line": "#454c55",
    "text": "#e9ebee",
    "mute": "#adb4bd",
    "ok": "#74d392",
    "fail": "#ff9793",
    "note": "#f2b765",
    "unseen": "#7fc6f5",
    "absent": "#c0b0ff",
    "skip": "#b5bbc3",
}
"""The same at night."""
ANSWERS = {**{name: name for name in ("ok", "fail", "note", "unseen", "absent", "skip")}, "self": "ok"}
"""Each answer and its colour."""


def _variables(colours: dict[str, str]) -> str:
    return "".join(f"--{name}:{colour};" for name, colour in colours.items())


_CLASSES = "".join(f".{answer}{{--answer:var(--{colour})}}" for answer, colour in ANSWERS.items())

CSS = f"""
:root{{color-scheme:light dark;{_variables(LIGHT)}}}
@media (prefers-color-scheme:dark){{:root{{{_variables(DARK)}}}}}
@media print{{:root{{color-scheme:light;{_variables(LIGHT)}}}}}
{_CLASSES}
*{{box-sizing:border-box}}
html{{-webkit-text-size-adjust:100%;text-size-adjust:100%}}
body{{margin:0;background:var(--back);color:var(--text);
font:1rem/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans","DejaVu Sans",sans-serif}}
header,main,footer{{max-width:72rem;margin:0 auto;padding:1rem clamp(.75rem,3vw,2rem)}}
h1{{font-size:1.6rem;line-height:1.2;margin:.5rem 0;overflow-wrap:anywhere}}
header,main{{padding-bottom:0}}
h2{{font-size:1.2rem;margin:2rem 0 .75rem}}
h3{{font-size:1rem;margin:1.25rem 0 .5rem;overflow-wrap:anywhere}}
p{{margin:.5rem 0;overflow-wrap:anywhere}}
.mute{{color:var(--mute)}}
code,.fact{{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace}}
code{{font-size:.85em;
overflow-wrap:anywhere;user-select:all;-webkit-user-select:all}}
.verdict{{display:flex;gap:.75rem;align-items:flex-start;border:2px solid var(--answer);border-left-width:.6rem;
border-radius:.4rem;background:var(--card);padding:.75rem 1rem;font-size:1.1rem;font-weight:600;margin:.75rem 0}}
.verdict p{{margin:0}}
.verdict svg{{flex:none;margin-top:.2rem}}
.answer{{display:inline-flex;gap:.4rem;align-items:center;color:var(--answer);font-weight:600;white-space:nowrap}}
.mark{{width:1em;height:1em;fill:none;stroke:var(--answer);stroke-width:2;stroke-linecap:round;stroke-linejoin:round}}
dl{{display:grid;grid-template-columns:fit-content(14rem) minmax(0,1fr);gap:.25rem 1rem;margin:1rem 0}}
dt{{color:var(--mute);overflow-wrap:anywhere}}
dd{{margin:0;overflow-wrap:anywhere;min-width:0}}
nav{{display:flex;flex-wrap:wrap;gap:.25rem 1.25rem;padding:.25rem 0}}
nav a{{padding:.4rem 0}}
figure{{margin:1rem 0}}
figure svg{{display:block;width:100%;height:auto;
font-family:system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans","DejaVu Sans",sans-serif}}
.wide{{display:none!important}}
.tall{{max-width:26rem}}
.box{{fill:var(--card);stroke:var(--answer);stroke-width:2}}
.box.fail{{stroke-width:4}}
.box.absent{{stroke-dasharray:8 5}}
.box.unseen{{stroke-dasharray:2 4}}
.box.skip{{stroke-dasharray:10 4 2 4}}
.arrow{{fill:none;stroke:var(--mute);stroke-width:2;stroke-linecap:round;stroke-linejoin:round}}
.name{{fill:var(--text);font-weight:600;font-size:14px}}
.word{{fill:var(--answer);font-weight:600;font-size:13px}}
.fact{{fill:var(--mute);font-size:11.5px}}
table{{border-collapse:collapse;width:100%;margin:.5rem 0;font-size:.92rem}}
caption{{text-align:left;color:var(--mute);padding:.25rem 0}}
th,td{{text-align:left;vertical-align:top;padding:.45rem .6rem;border-top:1px solid var(--line);
overflow-wrap:anywhere;min-width:0}}
thead th{{border-top:0;color:var(--mute);font-weight:600}}
tbody th{{font-weight:600}}
.said{{white-space:pre-wrap}}
.number{{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}}
.label{{color:var(--mute)}}
.chain .c1{{width:9rem}}.chain .c2{{width:7rem}}.chain .c3{{width:34%}}
.chain{{table-layout:fixed}}
.checks{{table-layout:fixed}}
.checks .c1{{width:6rem}}.checks .c2{{width:12rem}}.checks .c3{{width:20%}}
.parts{{table-layout:fixed}}
.parts .c1{{width:19%}}.parts .c2{{width:12%}}.parts .c3{{width:20%}}
.files{{table-layout:fixed}}
.files .c1{{width:38%}}.files .c2{{width:6.5rem;text-align:right}}
tr.stops>*{{background:var(--card);border-top:2px solid var(--answer)}}
footer{{border-top:1px solid var(--line);color:var(--mute);font-size:.9rem;margin-top:3rem}}
summary{{cursor:pointer;padding:.4rem 0}}
a{{color:inherit}}
a:focus-visible,summary:focus-visible{{outline:3px solid var(--unseen)}}
@media screen and (max-width:47.99rem){{
dl{{grid-template-columns:minmax(0,1fr);gap:0}}
dd{{margin-bottom:.5rem}}
thead{{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}}
table,caption,tbody,tr,th,td{{display:block;width:auto!important}}
tr{{border:1px solid var(--line);border-radius:.4rem;margin:.6rem 0;padding:.3rem 0}}
tr.stops{{border:2px solid var(--answer)}}
tr.stops>*{{border-top:0}}
th,td{{border:0;padding:.15rem .75rem}}
td:empty{{display:none}}
th[scope=row],td[data-label=Answer]{{display:inline-block}}
td[data-label]::before{{content:attr(data-label);display:block;color:var(--mute);font-size:.85em}}
td[data-label=Answer]::before{{display:none!important}}
.number{{text-align:left}}
}}
@media screen and (min-width:62rem){{.wide{{display:block!important}}.tall{{display:none!important}}}}
@media print{{
html{{font-size:75%}}
header,main,footer{{max-width:none;padding:0}}
nav{{display:none}}
h2,h3,caption,thead{{break-after:avoid}}
tr,.verdict,figure{{break-inside:avoid}}
thead{{display:table-header-group}}
details::details-content{{content-visibility:visible;block-size:auto}}
.wide{{display:block!important}}.tall{{display:none!important}}
}}
"""


def policy() -> str:
    """The page's Content-Security-Policy: this very style, and nothing else, from anywhere."""
    digest = base64.b64encode(hashlib.sha256(CSS.encode()).digest()).decode()
    return f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
