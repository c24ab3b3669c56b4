/** The page's style: readable at 400 px and 1280 px, by day and by night. */
export const pageStyle = `
:root {
  color-scheme: light dark;
  --ground: #fbfbfa; --card: #fff; --ink: #1d2329; --muted: #5b6670; --line: #dfe3e6;
  --bar: #9db4c8; --critical: #1f6fb2; --warn: #b26a00; --good: #18794e; --bad: #b42318;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #14181c; --card: #1c2227; --ink: #e6eaee; --muted: #9aa6b1; --line: #313a42;
    --bar: #4a6178; --critical: #5aa9e6; --warn: #e0a040; --good: #4cc38a; --bad: #ff8a7a;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--ink); font: 15px/1.5 system-ui, sans-serif; }
main { max-width: 1120px; margin: 0 auto; padding: 24px 16px 64px; }
h1 { font-size: clamp(1.3rem, 4vw, 2rem); line-height: 1.2; margin: 8px 0; }
h2 { font-size: 1.1rem; margin: 32px 0 8px; }
.muted { color: var(--muted); }
.verdict { display: inline-block; margin: 0; padding: 2px 12px; border-radius: 99px; font-weight: 600; border: 2px solid; }
.verdict.proven { color: var(--good); } .verdict.missed { color: var(--bad); }
.cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(160px, 1fr)); gap: 12px; margin: 20px 0 0; }
.card { background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: 12px; }
.card dt { color: var(--muted); font-size: 0.85rem; }
.card dd { margin: 0; } .card strong { display: block; font-size: 1.25rem; }
.card span { font-size: 0.8rem; }
.timeline { background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: 12px; }
.row, .axis { display: grid; grid-template-columns: 96px 1fr; align-items: center; gap: 8px; }
.name { font-size: 0.85rem; }
.track { position: relative; height: 22px; border-bottom: 1px dotted var(--line); }
.bar { position: absolute; top: 4px; height: 14px; border-radius: 3px; background: var(--bar); }
.bar.critical, .swatch.critical { background: var(--critical); }
.bar.unconfirmed, .swatch.unconfirmed { background: var(--warn); }
.bar.missed { background: var(--bad); }
.ticks { position: relative; height: 20px; font-size: 0.75rem; color: var(--muted); }
.ticks span { position: absolute; transform: translateX(-50%); white-space: nowrap; }
.ticks span:first-child { transform: none; }
.legend { font-size: 0.8rem; }
.swatch { display: inline-block; width: 12px; height: 12px; border-radius: 3px; background: var(--bar); margin-left: 10px; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: 0.88rem; }
th, td { text-align: left; padding: 6px 10px 6px 0; border-bottom: 1px solid var(--line); vertical-align: top; }
th { font-weight: 600; white-space: nowrap; }
.short { white-space: nowrap; }
.long { min-width: 22ch; overflow-wrap: anywhere; }
@media (max-width: 520px) { .row, .axis { grid-template-columns: 76px 1fr; } th, td { padding-right: 6px; } }
`;
