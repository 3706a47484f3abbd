/** The one stylesheet; light and dark by the system's setting. */
export const STYLESHEET = `
:root {
  color-scheme: light dark;
  --page: #f6f8f8; --surface: #ffffff; --raised: #f1f4f4; --line: #e1e7e7; --field: #7d8b90;
  --text: #0f1a1c; --muted: #51606a; --accent: #0b6e6e; --on-accent: #ffffff; --wash: #e3f2f1;
  --danger: #a31d1d; --danger-wash: #fdeaea;
  font: 15px/1.5 "Inter Variable", Inter, system-ui, -apple-system, "Segoe UI", sans-serif;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #0c1112; --surface: #121819; --raised: #182021; --line: #243032; --field: #65777b;
    --text: #e6eeee; --muted: #a3b3b6; --accent: #3cc4bd; --on-accent: #06201f; --wash: #10302f;
    --danger: #f98b8b; --danger-wash: #3a1515;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--text); }
main { max-width: 440px; margin: 0 auto; padding: 12vh 16px 48px; }
main.wide { max-width: 760px; padding-top: 6vh; }
header { display: flex; align-items: center; gap: 8px; margin: 0 4px 16px; }
.shield { fill: var(--accent); } .eye { fill: var(--surface); }
.brand { line-height: 1.25; overflow-wrap: anywhere; }
.brand strong { display: block; font-weight: 600; } .brand small { color: var(--muted); font-size: 13px; }
.environment { margin-left: auto; padding: 2px 8px; border: 1px solid var(--line); border-radius: 6px; color: var(--muted); font-size: 13px; overflow-wrap: anywhere; }
.card { background: var(--surface); border: 1px solid var(--line); border-radius: 6px; padding: 28px; box-shadow: 0 1px 2px rgb(0 0 0 / 6%), 0 8px 24px rgb(0 0 0 / 4%); }
h1 { margin: 0 0 6px; font-size: 20px; line-height: 1.3; font-weight: 600; overflow-wrap: anywhere; }
h2 { margin: 20px 0 8px; font-size: 13px; font-weight: 600; color: var(--muted); overflow-wrap: anywhere; }
p { margin: 0 0 16px; color: var(--muted); overflow-wrap: anywhere; }
p strong, dd { color: var(--text); }
p.after { margin: 16px 0 0; }
.new { margin-left: 4px; padding: 1px 6px; border-radius: 6px; background: var(--wash); color: var(--accent); font-size: 12px; font-weight: 600; }
label { display: block; margin: 16px 0 4px; font-weight: 500; }
input { width: 100%; height: 40px; padding: 0 12px; font: inherit; color: var(--text); background: var(--surface); border: 1px solid var(--field); border-radius: 6px; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
.actions { display: flex; flex-direction: row-reverse; gap: 8px; margin-top: 24px; }
button { flex: 1; min-height: 40px; padding: 8px 16px; font: inherit; font-weight: 500; border-radius: 6px; border: 1px solid var(--field); background: var(--surface); color: var(--text); cursor: pointer; }
button:hover { background: var(--raised); }
a { color: var(--accent); }
.button { display: inline-flex; align-items: center; justify-content: center; flex: 1; min-height: 40px; padding: 8px 16px; font-weight: 500; border-radius: 6px; border: 1px solid var(--field); background: var(--surface); color: var(--text); text-decoration: none; }
.button:hover { background: var(--raised); }
button.danger, .button.danger { color: var(--danger); border-color: var(--danger); }
button.danger:hover, .button.danger:hover { background: var(--danger-wash); }
button.primary { background: var(--accent); border-color: var(--accent); color: var(--on-accent); }
button.primary:hover { filter: brightness(1.08); }
button.primary.danger { background: var(--danger); border-color: var(--danger); color: var(--surface); }
.notice { margin: 0 0 16px; padding: 10px 12px; border-radius: 6px; background: var(--wash); color: var(--text); }
.wide h2 { margin-top: 28px; font-size: 15px; color: var(--text); }
.wide p.aside { margin-bottom: 12px; font-size: 14px; }
form.after { margin: 12px 0 0; }
.entry { display: flex; align-items: center; gap: 16px; }
.entry > div { flex: 1; min-width: 0; overflow-wrap: anywhere; }
.entry form, .entry > .button { flex: none; }
.entry button, .entry > .button { min-height: 36px; padding: 6px 14px; }
.alert { margin: 16px 0 0; padding: 10px 12px; border-radius: 6px; background: var(--danger-wash); color: var(--danger); }
ul { margin: 0; padding: 0; list-style: none; border: 1px solid var(--line); border-radius: 6px; }
li { padding: 10px 12px; }
li + li { border-top: 1px solid var(--line); }
li span { display: block; color: var(--muted); font-size: 13px; overflow-wrap: anywhere; }
code, dd { font-family: "JetBrains Mono Variable", "JetBrains Mono", ui-monospace, monospace; font-size: 13px; overflow-wrap: anywhere; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 6px 16px; margin: 20px 0 0; padding: 12px; border-radius: 6px; background: var(--raised); }
dt { color: var(--muted); font-size: 13px; }
dd { margin: 0; }
.code { text-transform: uppercase; letter-spacing: 0.08em; font-family: "JetBrains Mono Variable", "JetBrains Mono", ui-monospace, monospace; }
p.shown-code { margin: 16px 0 0; padding: 12px; border: 1px solid var(--line); border-radius: 6px; text-align: center; color: var(--text); font: 600 22px/1.3 "JetBrains Mono Variable", "JetBrains Mono", ui-monospace, monospace; letter-spacing: 0.08em; }
@media (max-width: 480px) { main { padding-top: 24px; } .card { padding: 20px; } .entry { flex-direction: column; align-items: stretch; gap: 8px; } .entry form { display: flex; } }
@media (forced-colors: active) { button, .button, .card, .alert, .notice { border: 1px solid; } }
`;
