import { createHash } from 'node:crypto';

/** The one stylesheet of the pages. Pairs of colours hold 4.5:1 for text and 3:1 for borders, in light and in dark. */
export const stylesheet = `
:root {
  color-scheme: light dark;
  --ground: #f3f5f8; --card: #ffffff; --ink: #18212d; --quiet: #525f70; --line: #dfe4ea; --edge: #76828f;
  --accent: #2352c8; --accent-strong: #1a3f9d; --on-accent: #ffffff; --accent-wash: #e9effc;
  --bad: #b3261e; --bad-wash: #fdf1f0; --good: #17693a; --good-wash: #e8f5ec; --warn: #7a4b00; --warn-wash: #fdf3e1;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #10141a; --card: #1a2028; --ink: #e9edf2; --quiet: #a9b4c1; --line: #2c3540; --edge: #7b8896;
    --accent: #8fb0ff; --accent-strong: #b5cbff; --on-accent: #0b1630; --accent-wash: #1c2a4a;
    --bad: #ff9f96; --bad-wash: #351b1a; --good: #7fd6a0; --good-wash: #15301f; --warn: #f0bd6b; --warn-wash: #33270f;
  }
}
*, *::before, *::after { box-sizing: border-box; }
html { font: 100%/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Helvetica Neue", Arial, sans-serif; -webkit-text-size-adjust: 100%; }
body { margin: 0; min-height: 100vh; min-height: 100dvh; display: flex; flex-direction: column; background: var(--ground); color: var(--ink); }
.frame { width: 100%; max-width: 33rem; margin: 0 auto; padding: 0 1rem; }
.top { padding-top: 2.5rem; padding-bottom: 1.25rem; }
.brand { display: inline-flex; align-items: center; gap: .625rem; font-weight: 650; font-size: 1.0625rem; letter-spacing: .005em; }
.brand svg { display: block; width: 1.75rem; height: 1.75rem; }
.brand-ground { fill: var(--accent); }
.brand-sign { fill: none; stroke: var(--on-accent); stroke-width: 2.6; stroke-linecap: round; stroke-linejoin: round; }
main { flex: 1 0 auto; }
.card { background: var(--card); border: 1px solid var(--line); border-radius: 1rem; padding: 2.25rem; box-shadow: 0 1px 2px rgb(16 24 40 / 5%), 0 12px 32px -16px rgb(16 24 40 / 18%); }
.bottom { padding-top: 1.5rem; padding-bottom: 2.5rem; color: var(--quiet); font-size: .875rem; }
h1 { margin: 0 0 .625rem; font-size: 1.625rem; line-height: 1.25; font-weight: 680; letter-spacing: -.012em; text-wrap: balance; overflow-wrap: anywhere; }
h2 { margin: 0; font-size: 1rem; line-height: 1.4; font-weight: 650; }
p { margin: 0 0 1rem; overflow-wrap: anywhere; }
p:last-child { margin-bottom: 0; }
.lead { color: var(--quiet); margin-bottom: 1.75rem; }
.lead:last-child { margin-bottom: 0; }
a { color: var(--accent); text-underline-offset: .18em; }
a:hover { color: var(--accent-strong); }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; border-radius: .25rem; }
.sign { display: grid; place-items: center; width: 3rem; height: 3rem; margin-bottom: 1.25rem; border-radius: 50%; }
.sign svg { display: block; width: 1.5rem; height: 1.5rem; fill: none; stroke: currentcolor; stroke-width: 2.2; stroke-linecap: round; stroke-linejoin: round; }
.sign-good { background: var(--good-wash); color: var(--good); }
.sign-warn { background: var(--warn-wash); color: var(--warn); }
.sign-bad { background: var(--bad-wash); color: var(--bad); }
form { display: grid; gap: 1.25rem; }
h1 + form { margin-top: 1.375rem; }
h1 + .notice, h1 + .summary { margin-top: 1.125rem; }
form + p { margin-top: 1.25rem; }
main > h1 { margin-bottom: 1.25rem; }
.pair { display: grid; gap: 1.25rem 1rem; }
@media (min-width: 34rem) { .pair { grid-template-columns: 1fr 1fr; align-items: end; } }
.field { display: grid; gap: .375rem; min-width: 0; }
label { font-weight: 600; font-size: .9375rem; }
.aside { font-weight: 400; color: var(--quiet); }
.hint { color: var(--quiet); font-size: .875rem; line-height: 1.45; margin: 0; }
.problem { color: var(--bad); font-size: .875rem; line-height: 1.45; font-weight: 550; margin: 0; }
input { width: 100%; min-height: 2.875rem; padding: .5rem .8125rem; font: inherit; color: var(--ink); background: var(--card); border: 1px solid var(--edge); border-radius: .5625rem; }
input:hover { border-color: var(--ink); }
input:focus { outline: 3px solid var(--accent); outline-offset: 1px; border-color: var(--accent); }
input[readonly] { background: var(--ground); color: var(--quiet); border-color: var(--line); text-overflow: ellipsis; }
input[aria-invalid="true"] { border-color: var(--bad); border-width: 2px; padding: calc(.5rem - 1px) calc(.8125rem - 1px); }
button, .button { justify-self: stretch; min-height: 3rem; margin-top: .25rem; padding: .625rem 1.5rem; font: inherit; font-weight: 650; color: var(--on-accent); background: var(--accent); border: 1px solid transparent; border-radius: .5625rem; cursor: pointer; }
.button { display: flex; align-items: center; justify-content: center; text-align: center; text-decoration: none; }
.button + .button { margin-top: .75rem; }
button:hover, .button:hover { color: var(--on-accent); background: var(--accent-strong); }
button:focus-visible, .button:focus-visible { outline-offset: 3px; border-radius: .5625rem; }
.plain { color: var(--accent); background: var(--card); border-color: var(--edge); }
button.plain { justify-self: start; min-height: 2.75rem; margin-top: 0; padding: .375rem 1rem; font-size: .9375rem; }
.plain:hover { color: var(--accent-strong); background: var(--accent-wash); border-color: var(--accent-strong); }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.notice { margin-bottom: 1.5rem; padding: 1rem 1.125rem; border-left: 4px solid; border-radius: .375rem; overflow-wrap: anywhere; }
.notice-good { background: var(--good-wash); border-color: var(--good); }
.notice-warn { background: var(--warn-wash); border-color: var(--warn); }
.notice-bad { background: var(--bad-wash); border-color: var(--bad); }
.card + .card { margin-top: 1.25rem; }
.notice .field { margin-top: 1rem; }
.card > h2 { margin-bottom: .375rem; font-size: 1.1875rem; letter-spacing: -.006em; }
.or { display: flex; align-items: center; gap: .75rem; margin: 1.25rem 0 1rem; color: var(--quiet); font-size: .875rem; }
.or::before, .or::after { content: ""; flex: 1; border-top: 1px solid var(--line); }
details { margin-top: 1.5rem; padding-top: 1.25rem; border-top: 1px solid var(--line); font-size: .9375rem; }
summary { width: fit-content; padding: .125rem 0; color: var(--accent); font-weight: 600; cursor: pointer; }
summary:hover { color: var(--accent-strong); }
details dl { margin: .75rem 0 0; }
.facts { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: .375rem 1.25rem; margin: 0 0 1.5rem; }
dt { color: var(--quiet); }
dd { margin: 0; overflow-wrap: anywhere; }
.hint + form { margin-top: 1.25rem; }
.hint + p { margin-top: .75rem; }
details dt { margin-top: .625rem; color: var(--ink); font-weight: 600; }
.rows { list-style: none; margin: 1rem 0; padding: 0; border-top: 1px solid var(--line); }
.rows > li { display: flex; flex-wrap: wrap; align-items: center; justify-content: space-between; gap: .75rem 1rem; padding: 1rem 0; border-bottom: 1px solid var(--line); }
.rows > li > div { flex: 1 1 14rem; min-width: 0; overflow-wrap: anywhere; }
.rows p { margin: 0; color: var(--quiet); font-size: .875rem; }
.rows .name { margin: 0 0 .125rem; color: var(--ink); font-size: 1rem; line-height: 1.4; font-weight: 600; }
.tag { display: inline-block; margin-left: .375rem; padding: 0 .5rem; background: var(--accent-wash); color: var(--accent-strong); border-radius: 1rem; font-size: .8125rem; line-height: 1.5rem; font-weight: 600; white-space: nowrap; }
.secret textarea { width: 100%; padding: .5rem .8125rem; font: .8125rem/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; color: var(--ink); background: var(--ground); border: 1px solid var(--line); border-radius: .5625rem; overflow-wrap: anywhere; resize: none; }
.secret textarea:focus { outline: 3px solid var(--accent); outline-offset: 1px; border-color: var(--accent); }
@media (min-width: 34rem) { .secret textarea { height: calc(1lh + 1rem + 2px); } }
.summary { margin-bottom: 1.5rem; padding: 1rem 1.125rem; background: var(--bad-wash); border-left: 4px solid var(--bad); border-radius: .375rem; }
.summary h2 { color: var(--bad); }
.summary ul { margin: .375rem 0 0; padding-left: 1.125rem; }
.summary a { color: var(--bad); }
.detail { display: inline-block; padding: .125rem .5rem; background: var(--ground); border: 1px solid var(--line); border-radius: .375rem; font: .875rem/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; overflow-wrap: anywhere; }
@media (max-width: 30rem) { .facts { grid-template-columns: minmax(0, 1fr); gap: 0; } .facts dt { font-size: .875rem; } .facts dd + dt { margin-top: .625rem; } .top { padding-top: 1.25rem; padding-bottom: 1rem; } .card { padding: 1.5rem 1.25rem; } h1 { font-size: 1.4375rem; } }
@media (forced-colors: active) { .card, button, .button, .tag { border: 1px solid; } }
@media print { body { background: none; } .card { border: 0; box-shadow: none; } }
`.trim();

/** Changes with the text, so that browsers may keep the file for good. */
export const stylesheetUrl = `/assets/usher.css?v=${createHash('sha256').update(stylesheet).digest('hex').slice(0, 12)}`;
