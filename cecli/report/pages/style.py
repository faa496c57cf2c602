"""How a page looks: on a wide screen and on a phone, light and dark, and printed."""

from __future__ import annotations

STYLE = """
:root{color-scheme:light dark;--ink:#1b1d21;--soft:#53585f;--rule:#d5d8dc;--paper:#fff;--card:#f5f6f8;--warn:#8a4b00;
--c1:#0072b2;--c2:#b84d00;--c3:#00795a;--c4:#a5537d}
@media screen and (prefers-color-scheme:dark){:root{--ink:#e8eaed;--soft:#aab1b9;--rule:#3b4048;--paper:#15171a;
--card:#1f2227;--warn:#ffb86b;--c1:#5ab4ea;--c2:#f0904a;--c3:#3fc79c;--c4:#dc9bbd}}
*{box-sizing:border-box}
body{margin:0 auto;padding:1rem 1rem 3rem;max-width:72rem;background:var(--paper);color:var(--ink);
font:1rem/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;overflow-wrap:break-word}
h1{font-size:1.5rem;line-height:1.25;margin:.5rem 0}
h2{font-size:1.15rem;margin:2rem 0 .5rem;border-bottom:1px solid var(--rule);padding-bottom:.25rem}
p{margin:.5rem 0;max-width:46rem}
.soft,figcaption,caption{color:var(--soft)}
.cards{display:grid;grid-template-columns:repeat(auto-fill,minmax(11rem,1fr));gap:.75rem;margin:1rem 0;padding:0}
.cards div{background:var(--card);border-radius:.5rem;padding:.75rem}
.cards dt{color:var(--soft);font-size:.875rem}
.cards dd{margin:0}
.cards .value{font-size:1.35rem;font-weight:600;font-variant-numeric:tabular-nums;line-height:1.3;white-space:nowrap}
.cards div:first-child .value{color:var(--c1)}
.cards .remark{font-size:.8125rem;color:var(--soft)}
.notes{border-left:.25rem solid var(--warn);padding:.1rem 0 .1rem .75rem;margin:1rem 0;list-style:none}
.notes li{margin:.35rem 0}
.pictures{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,26rem),1fr));gap:1.5rem}
figure{margin:0;max-width:34rem}
figcaption,figure p{font-size:.875rem}
svg{display:block;width:100%;height:auto;margin:.5rem 0}
svg text{font-size:12px;fill:var(--soft)}
svg .grid{stroke:var(--rule)}
svg .axis{stroke:var(--soft);fill:none}
svg .c1{--c:var(--c1)}svg .c2{--c:var(--c2)}svg .c3{--c:var(--c3)}svg .c4{--c:var(--c4)}svg .ref{--c:var(--soft)}
svg .fill{fill:var(--c)}
svg .line{stroke:var(--c);stroke-width:1.6;fill:none}
svg .dashed{stroke:var(--c);stroke-width:1.2;stroke-dasharray:5 4;fill:none}
svg .band{fill:var(--c);opacity:.2}
.scroll{overflow-x:auto}
.scroll:focus-visible{outline:2px solid var(--c1)}
table{border-collapse:collapse;font-size:.9rem}
caption{text-align:left;padding-bottom:.35rem;font-size:.875rem}
th,td{padding:.2rem 1rem .2rem 0;text-align:left;vertical-align:top;border-bottom:1px solid var(--rule)}
th{font-weight:600}
tbody th{font-weight:400}
.number{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,"Liberation Mono",monospace;font-size:.8125rem;
white-space:pre;text-align:right}
th.number{font-family:inherit;font-size:inherit}
.grid tbody th:not(.number),.grid td:not(.number){max-width:20rem;overflow-wrap:anywhere}
.grid tbody th:not(.number){min-width:6rem}.grid td:not(.number){min-width:4rem}
.facts{width:100%}
.facts th{width:12rem;min-width:8rem;overflow-wrap:break-word}
.facts td{overflow-wrap:anywhere}
.facts td:last-child{color:var(--soft)}
.bar{display:block;height:.7rem;margin-top:.35rem;background:var(--c1);min-width:1px}
td.bars{width:10rem;min-width:6rem}
details{margin:.25rem 0}
summary{cursor:pointer;color:var(--soft);font-size:.875rem}
code{font:.85em ui-monospace,SFMono-Regular,Menlo,Consolas,"Liberation Mono",monospace;overflow-wrap:anywhere}
footer{margin-top:2rem;color:var(--soft);font-size:.875rem}
@media (max-width:36rem){body{padding:.5rem .75rem 2rem}.cards{grid-template-columns:1fr 1fr;gap:.5rem}
.cards .value{font-size:1.2rem}.facts,.facts tbody,.facts caption{display:block}
.facts tr{display:flex;flex-wrap:wrap;border-bottom:1px solid var(--rule);padding:.3rem 0}
.facts th,.facts td{width:auto;min-width:0;border:0;padding:0 .75rem 0 0;white-space:normal}
.facts td:last-child{flex-basis:100%}th,td{padding-right:.6rem}.grid tbody th:not(.number){max-width:10rem}}
@media screen{.grid th:first-child{position:sticky;left:0;background:var(--paper)}}
@media print{@page{margin:15mm}body{max-width:none;padding:0;font-size:10pt}.scroll{overflow:visible}
.pictures{grid-template-columns:1fr 1fr}details{display:none}
h2,caption{break-after:avoid}figure,.cards div,tr,.notes li{break-inside:avoid}
.bar,.cards div,svg *{-webkit-print-color-adjust:exact;print-color-adjust:exact}}
""".strip()
"""Colours of text have a contrast of at least 4.5 with what they stand on, in both schemes (WCAG 2.2, AA)."""
