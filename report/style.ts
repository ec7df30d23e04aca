/** How the page looks: light and dark, wide and narrow. */
export const style = `
:root {
  color-scheme: light dark;
  --page: #f6f7f9; --card: #fff; --ink: #17202b; --soft: #5b6877; --line: #dfe4ea; --track: #e9edf2;
  --good: #16794a; --good-soft: #d9f0e3; --warn: #9a6700; --bad: #c0271d; --bad-soft: #fbe3e1;
  --accent: #2458c5; --accent-soft: #e3ebfb; --wire: #1f5fbf; --code: #f3f5f8;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #0f141a; --card: #171e26; --ink: #e6ebf1; --soft: #95a3b3; --line: #29333e; --track: #232c36;
    --good: #4fc98a; --good-soft: #14352a; --warn: #e2b33c; --bad: #ff7a6e; --bad-soft: #431f1d;
    --accent: #86adff; --accent-soft: #1c2c4c; --wire: #78a9ff; --code: #1d252f;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink); font: 15px/1.5 system-ui, "Segoe UI", Roboto, "Liberation Sans", sans-serif; }
main { max-width: 1240px; margin: 0 auto; padding: 28px 24px 60px; }
code, .mono, td.value, svg text.tick, svg text.n { font-family: ui-monospace, "SF Mono", Menlo, "DejaVu Sans Mono", monospace; font-variant-numeric: tabular-nums; }
h1 { margin: 0; font-size: 30px; line-height: 1.2; letter-spacing: -.01em; }
h2 { margin: 0 0 4px; font-size: 19px; }
p.lead { margin: 0 0 14px; color: var(--soft); max-width: 72ch; }
section, header.verdict { background: var(--card); border: 1px solid var(--line); border-radius: 14px; padding: 22px 24px; margin-bottom: 18px; }
header.verdict { border-left: 8px solid var(--good); display: grid; gap: 14px; }
header.verdict.bad { border-left-color: var(--bad); }
header.verdict h1 span { color: var(--good); margin-right: .4em; }
header.verdict.bad h1 span { color: var(--bad); }
header.verdict p { margin: 0; color: var(--soft); }
header.verdict p.problem { color: var(--bad); }
dl.facts { display: flex; flex-wrap: wrap; gap: 6px 26px; margin: 0; }
dl.facts div { display: flex; gap: 8px; align-items: baseline; }
dl.facts dt { color: var(--soft); font-size: 13px; }
dl.facts dd { margin: 0; font-weight: 600; }
table { width: 100%; border-collapse: collapse; }
th { text-align: left; font-size: 12px; font-weight: 600; color: var(--soft); text-transform: uppercase; letter-spacing: .04em; padding: 6px 16px 6px 0; border-bottom: 1px solid var(--line); }
td { padding: 7px 16px 7px 0; border-bottom: 1px solid var(--line); vertical-align: middle; }
tbody:last-child tr:last-child td { border-bottom: 0; }
tr.group td { padding-top: 18px; font-weight: 600; border-bottom-color: var(--line); }
td.sign { width: 22px; font-weight: 700; color: var(--good); }
tr.bad td.sign { color: var(--bad); }
tr.none td.sign, tr.none td { color: var(--soft); }
td.what { min-width: 236px; }
td.what b { display: block; font-weight: 600; }
td.what span { color: var(--soft); font-size: 13px; }
td.value, td.count, th.value, th.count { text-align: right; white-space: nowrap; }
td.count { color: var(--soft); font-variant-numeric: tabular-nums; }
td.where { font-size: 13px; }
td.where a { color: var(--accent); text-decoration: none; }
td.where a:hover { text-decoration: underline; }
td.where small { color: var(--soft); display: block; font-size: 12px; }
td.margin { width: 22%; min-width: 170px; }
.meter { display: flex; align-items: center; gap: 10px; }
.meter i { position: relative; flex: 1; height: 8px; border-radius: 4px; background: var(--track); }
.meter i::before { content: ""; position: absolute; top: 0; bottom: 0; left: var(--a); width: var(--w); background: var(--good); border-radius: 4px; }
.meter.warn i::before { background: var(--warn); }
.meter.bad i::before { background: var(--bad); }
.meter i::after { content: ""; position: absolute; left: 20%; top: -3px; bottom: -3px; width: 2px; background: var(--ink); }
.meter span { min-width: 64px; text-align: right; font-size: 13px; font-variant-numeric: tabular-nums; }
.meter.warn span { color: var(--warn); } .meter.bad span { color: var(--bad); }
.pair { display: grid; grid-template-columns: 1fr 1fr; gap: 18px; }
.pair section { margin: 0; }
.charts { display: grid; gap: 18px; margin-bottom: 18px; }
svg { display: block; width: 100%; height: auto; }
svg text { fill: var(--ink); font-size: 13px; text-anchor: middle; }
svg text.tick { fill: var(--soft); font-size: 12px; }
svg text.n { fill: var(--soft); font-size: 12px; paint-order: stroke; stroke: var(--card); stroke-width: 4px; stroke-linejoin: round; }
.axis, .grid { stroke: var(--line); stroke-width: 1; }
.bar { fill: var(--accent); } .bar.bad { fill: var(--bad); }
.limit { stroke: var(--bad); stroke-width: 1.5; stroke-dasharray: 5 4; } svg text.limit { stroke: none; fill: var(--bad); }
.rail, .cross { stroke: var(--wire); stroke-width: 2; fill: none; stroke-linecap: round; }
.look { stroke: var(--good); stroke-width: 2; stroke-dasharray: 4 4; }
.window { fill: var(--good-soft); }
.dot { fill: var(--good); } .dot.bad { fill: var(--bad); }
.empty { color: var(--soft); }
.chips { display: flex; flex-wrap: wrap; gap: 6px; margin: 0 0 14px; }
.chips button, .tools button { font: inherit; font-size: 13px; color: var(--ink); background: var(--code); border: 1px solid var(--line); border-radius: 999px; padding: 3px 11px; cursor: pointer; }
.chips button[aria-pressed="true"] { background: var(--accent); border-color: var(--accent); color: var(--card); }
.chips button.bad { border-color: var(--bad); color: var(--bad); }
.chips button.bad[aria-pressed="true"] { background: var(--bad); color: var(--card); }
.tools { display: flex; gap: 8px; align-items: center; margin-bottom: 8px; flex-wrap: wrap; }
.tools h3 { margin: 0; font-size: 16px; flex: 1 1 auto; }
.tools button { min-width: 38px; }
#hint { color: var(--soft); font-size: 13px; min-height: 20px; margin-top: 6px; overflow-wrap: anywhere; }
.bench { display: grid; grid-template-columns: minmax(0, 1.75fr) minmax(0, 1fr); gap: 20px; align-items: start; }
#plot { touch-action: pan-y; cursor: grab; user-select: none; outline-offset: 4px; background: var(--card); }
#plot:active { cursor: grabbing; }
#plot text.name { text-anchor: start; font-weight: 600; font-size: 13px; }
#plot text.name.small { font-weight: 400; fill: var(--soft); font-size: 12px; }
#plot .wire { stroke: var(--wire); stroke-width: 1.7; fill: none; stroke-linejoin: round; }
#plot .float { fill: var(--track); opacity: .8; }
#plot .span { fill: var(--accent-soft); stroke: var(--accent); stroke-width: .7; }
#plot .words { font-size: 11px; }
#plot line.mark { stroke: var(--good); stroke-width: 1.5; } #plot line.mark.bad { stroke: var(--bad); }
#plot rect.mark { fill: var(--good); opacity: .1; } #plot rect.mark.bad { fill: var(--bad); opacity: .14; }
#plot text.mark { fill: var(--good); font-weight: 700; font-size: 12px; paint-order: stroke; stroke: var(--card); stroke-width: 5px; } #plot text.mark.bad { fill: var(--bad); }
.source h4 { margin: 0 0 6px; font-size: 13px; color: var(--soft); font-weight: 600; }
.source pre { margin: 0 0 14px; background: var(--code); border-radius: 10px; padding: 10px 0; overflow-x: auto; font-size: 12.5px; line-height: 1.55; }
.source pre span { display: block; padding: 0 12px; min-width: max-content; }
.source pre span i { display: inline-block; width: 34px; color: var(--soft); font-style: normal; user-select: none; }
.source pre span.hit { background: var(--good-soft); box-shadow: inset 3px 0 var(--good); font-weight: 600; }
.source pre span.hit.bad { background: var(--bad-soft); box-shadow: inset 3px 0 var(--bad); }
footer { color: var(--soft); font-size: 13px; }
@media (max-width: 900px) {
  .bench { grid-template-columns: minmax(0, 1fr); }
  .pair { grid-template-columns: 1fr; }
}
@media (max-width: 700px) {
  main { padding: 12px 10px 40px; }
  section, header.verdict { padding: 16px 14px; border-radius: 12px; }
  h1 { font-size: 23px; }
  thead { display: none; }
  table, tbody { display: block; }
  tr { display: grid; grid-template-columns: 20px 1fr auto; gap: 2px 8px; padding: 9px 0; border-bottom: 1px solid var(--line); }
  tr.group { display: block; padding: 16px 0 6px; }
  td, td.what { border: 0; padding: 0; min-width: 0; }
  td.sign { grid-row: 1; } td.what { grid-column: 2; } td.value.worst { grid-column: 3; grid-row: 1; }
  td.value.required { grid-column: 2 / 4; text-align: left; font-size: 13px; color: var(--soft); white-space: normal; }
  td.value.required::before { content: "required "; font-family: system-ui, sans-serif; }
  td.margin { grid-column: 2 / 4; width: auto; min-width: 0; }
  td.margin:empty, td.where:empty { display: none; }
  td.count { display: none; }
  td.where { grid-column: 2 / 4; }
  .tools h3 { flex-basis: 100%; }
  dl.facts { gap: 4px 18px; }
  svg text, svg text.tick, svg text.n { font-size: 17px; }
  #plot text.tick { font-size: 11px; } #plot text.name { font-size: 12px; }
}
@media print { .chips, .tools button, #hint { display: none; } section, header.verdict { break-inside: avoid; } }
`;
