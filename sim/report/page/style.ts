/** The page's style sheet. Tones are named as in the lanes; light, dark and paper differ in the variables alone. */
export const pageStyle = `
:root {
  color-scheme: light dark;
  --page: #ffffff; --panel: #f6f7f9; --line: #e2e5ea; --grid: #eef0f3; --ink: #1c2128; --soft: #59626e;
  --write: #46566b; --read: #b4bfcd; --read-ink: #1c2128; --quiet: #dfe4ea; --named: #c4232f; --named-wash: #fdecec;
  --fault: #7a4bb0; --fault-wash: #ece4f6; --doubt: #b26a00; --doubt-wash: #fbeed8; --good: #1d7a46; --on-dark: #ffffff;
  --n0: #2f6db3; --n1: #17807a; --n2: #96701a; --n3: #a3487a; --n4: #56762b; --n5: #6b5fb5;
}
@media (prefers-color-scheme: dark) { :root {
  --page: #14171c; --panel: #1b1f26; --line: #313843; --grid: #222831; --ink: #e4e8ee; --soft: #9aa5b3;
  --write: #a7b6c9; --read: #4e5c6e; --read-ink: #e4e8ee; --quiet: #2a313b; --named: #ff6b70; --named-wash: #3b1d22;
  --fault: #bb94ec; --fault-wash: #33284a; --doubt: #e5a548; --doubt-wash: #3a2d18; --good: #58c489; --on-dark: #14171c;
  --n0: #6ba6e8; --n1: #4dbab2; --n2: #d3ab4f; --n3: #df8ab8; --n4: #94b866; --n5: #a79ee8;
} }
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink); font: 14px/1.5 system-ui, -apple-system, "Segoe UI", "Liberation Sans", sans-serif; }
main, header { max-width: 1640px; margin: 0 auto; padding: 0 28px; }
header { padding-top: 26px; padding-bottom: 4px; }
.verdict { display: inline-block; padding: 1px 10px; border-radius: 3px; font-size: 12px; font-weight: 600; letter-spacing: .02em; color: var(--on-dark); background: var(--named); }
.verdict.ok { background: var(--good); }
.verdict.unknown { background: var(--doubt); }
h1 { margin: 10px 0 4px; max-width: 62em; font-size: 21px; line-height: 1.35; font-weight: 600; text-wrap: pretty; }
h2 { margin: 0 0 8px; font-size: 13px; font-weight: 600; color: var(--soft); }
.facts { display: flex; flex-wrap: wrap; gap: 2px 22px; margin: 8px 0 0; padding: 0; list-style: none; color: var(--soft); font-size: 12.5px; }
.facts b { font-weight: 500; color: var(--ink); }
code, .mono { font-family: ui-monospace, "SF Mono", Menlo, Consolas, "Liberation Mono", monospace; font-size: .92em; }
.told { display: grid; grid-template-columns: minmax(0, 7fr) minmax(0, 4fr); gap: 32px; margin: 20px 0 24px; }
.story { margin: 0; padding: 0 0 0 3px; list-style: none; }
.story li { display: grid; grid-template-columns: 6.2em 1fr; gap: 12px; padding: 3px 0; border-bottom: 1px solid var(--grid); overflow-wrap: anywhere; }
.story time { color: var(--soft); text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
.story .named { font-weight: 500; box-shadow: -3px 0 0 var(--named); }
.aside { margin: 0 0 16px; overflow-wrap: anywhere; }
.command { display: block; padding: 9px 12px; border: 1px solid var(--line); border-radius: 4px; background: var(--panel); white-space: pre-wrap; overflow-wrap: anywhere; user-select: all; }
.bar { display: flex; flex-wrap: wrap; align-items: center; gap: 8px 10px; padding: 10px 0; border-top: 1px solid var(--line); }
.bar .space { flex: 1; }
button, select, input { font: inherit; font-size: 13px; color: var(--ink); background: var(--page); border: 1px solid var(--line); border-radius: 4px; height: 30px; padding: 0 10px; }
button { cursor: pointer; }
button:hover { background: var(--panel); }
button[aria-pressed=true] { border-color: var(--soft); background: var(--quiet); }
input[type=search] { width: 12em; }
#key { max-width: 11em; }
a { color: var(--n0); }
.buttons { display: flex; }
.buttons button { padding: 0 9px; font-size: 12.5px; }
.buttons button { border-radius: 0; margin-left: -1px; }
.buttons button:first-child { border-radius: 4px 0 0 4px; margin-left: 0; }
.buttons button:last-child { border-radius: 0 4px 4px 0; }
:focus-visible { outline: 2px solid var(--n0); outline-offset: 1px; }
.chart { border: 1px solid var(--line); border-radius: 4px; background: var(--page); }
.chart svg { display: block; width: 100%; }
.axis { position: sticky; top: 0; z-index: 2; background: var(--page); border-bottom: 1px solid var(--line); border-radius: 4px 4px 0 0; }
#plot:focus-visible { outline-offset: -2px; }
#plot { cursor: grab; touch-action: pan-y; }
#plot.dragging { cursor: grabbing; }
#overview { cursor: ew-resize; touch-action: none; }
.status { min-height: 24px; margin: 8px 0 0; color: var(--soft); font-size: 12.5px; }
.detail { min-height: 5.4em; margin: 6px 0 18px; padding: 9px 13px; border: 1px solid var(--line); border-radius: 4px; background: var(--panel); overflow-wrap: anywhere; }
.detail p { margin: 0; }
.detail p:first-child { font-weight: 600; }
.hint { color: var(--soft); }
#tip { position: fixed; z-index: 5; max-width: 44em; padding: 7px 11px; border: 1px solid var(--line); border-radius: 4px; background: var(--page); color: var(--ink); font-size: 12.5px; line-height: 1.45; box-shadow: 0 3px 14px #0003; pointer-events: none; overflow-wrap: anywhere; }
#tip p { margin: 0; }
#tip p:first-child { font-weight: 600; }
.legend { display: flex; flex-wrap: wrap; gap: 3px 18px; margin: 8px 0 4px; padding: 0; list-style: none; font-size: 12px; color: var(--soft); }
.legend li { display: inline-flex; align-items: center; gap: 6px; }
.legend svg { width: 20px; height: 13px; flex: none; }
details { border-top: 1px solid var(--line); padding: 10px 0; }
summary { cursor: pointer; font-weight: 500; }
table { border-collapse: collapse; width: 100%; margin: 10px 0; font-size: 12.5px; }
th { text-align: left; font-weight: 500; color: var(--soft); }
th, td { padding: 3px 14px 3px 0; border-bottom: 1px solid var(--grid); vertical-align: top; overflow-wrap: anywhere; }
td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
tr.named td:first-child { box-shadow: inset 3px 0 0 var(--named); padding-left: 8px; }
.narrow { width: auto; min-width: 24em; }
.columns { display: flex; flex-wrap: wrap; gap: 0 60px; }

svg text { font: 11px system-ui, -apple-system, "Segoe UI", "Liberation Sans", sans-serif; fill: var(--ink); }
svg .soft, svg .tick { fill: var(--soft); }
svg .group { font-weight: 600; font-size: 11.5px; }
svg .grid { stroke: var(--grid); } svg .edge { stroke: var(--line); }
svg .band { fill: var(--panel); }
svg .on { fill: var(--on-dark); } svg .inert, .halo, .chosen, .moment { pointer-events: none; }
svg .t-read-label { fill: var(--read-ink); }
.t-write { fill: var(--write); } .t-read { fill: var(--read); }
.t-refused { fill: var(--page); stroke: var(--soft); stroke-dasharray: 3 2; }
.t-unknown { fill: url(#doubt); stroke: var(--doubt); }
.t-stream { fill: var(--quiet); }
.t-seen { fill: var(--write); } .t-progress { fill: var(--page); stroke: var(--soft); } .t-lost { fill: none; stroke: var(--doubt); stroke-width: 2; }
.t-starting { fill: var(--quiet); } .t-follower { fill: var(--quiet); stroke: var(--node, var(--soft)); } .t-leader, .t-reign { fill: var(--node, var(--write)); }
.t-pause { fill: url(#pause); stroke: var(--fault); }
.t-log { fill: var(--doubt); } .t-start { fill: var(--page); stroke: var(--ink); stroke-width: 1.5; } .t-stop { fill: var(--ink); }
.t-crash { fill: none; stroke: var(--named); stroke-width: 2.4; }
.t-fault { fill: var(--fault-wash); stroke: var(--fault); } .t-fault-unfired { fill: none; stroke: var(--fault); stroke-dasharray: 2 3; opacity: .7; }
.t-fired { fill: var(--fault); }
.t-stored { fill: var(--node, var(--soft)); } .t-deleted { fill: var(--page); stroke: var(--node, var(--soft)); stroke-width: 1.5; }
.t-fence { fill: var(--node, var(--soft)); stroke: var(--ink); stroke-width: 1.2; }
.p-0 { --node: var(--n0); } .p-1 { --node: var(--n1); } .p-2 { --node: var(--n2); } .p-3 { --node: var(--n3); } .p-4 { --node: var(--n4); } .p-5 { --node: var(--n5); }
.halo { fill: none; stroke: var(--named); stroke-width: 2; }
.chosen { fill: none; stroke: var(--ink); stroke-width: 1.5; }
.moment { stroke: var(--named); stroke-width: 1.2; stroke-dasharray: 4 3; } svg .moment-label { fill: var(--named); font-weight: 600; }
.step { fill: none; stroke: var(--write); stroke-width: 1.2; opacity: .75; }
.window { fill: var(--n0); fill-opacity: .12; stroke: var(--n0); }
.density { fill: var(--soft); opacity: .45; } .density-fault { fill: var(--fault); } .density-named { fill: var(--named); }

@media (max-width: 900px) { .told { grid-template-columns: minmax(0, 1fr); } main, header { padding: 0 14px; } }
@media print {
  :root { color-scheme: light; --page: #ffffff; --panel: #f6f7f9; --line: #d4d8de; --grid: #eceef1; --ink: #111418; --soft: #4c545f;
    --write: #46566b; --read: #b4bfcd; --read-ink: #111418; --quiet: #dfe4ea; --named: #b81d29; --fault: #6f42a3; --fault-wash: #ece4f6; --doubt: #9a5b00; --doubt-wash: #fbeed8; --on-dark: #ffffff;
    --n0: #2f6db3; --n1: #17807a; --n2: #96701a; --n3: #a3487a; --n4: #56762b; --n5: #6b5fb5; }
  * { -webkit-print-color-adjust: exact; print-color-adjust: exact; }
  @page { size: A4 landscape; margin: 11mm; }
  body { font-size: 11px; } main, header { padding: 0; max-width: none; } h1 { font-size: 16px; }
  .bar, #tip, .detail, .overview, .hint, #table-part { display: none; }
  .axis { position: static; } .told { gap: 20px; margin: 10px 0; }
  .story li, .legend { break-inside: avoid; }
}
`;
