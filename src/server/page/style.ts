/** page.css. Both schemes in one place: light first, dark second. */
export const style = `:root {
	color-scheme: light dark;
	--ground: light-dark(#f5f6f8, #0f1317);
	--surface: light-dark(#ffffff, #171c22);
	--raised: light-dark(#f8f9fb, #1c232a);
	--line: light-dark(#dfe3e8, #2a333c);
	--text: light-dark(#18212b, #e4e9ee);
	--muted: light-dark(#556270, #9ba8b5);
	--accent: light-dark(#0b6a63, #4fd1c0);
	--good: light-dark(#0a6640, #74dfb0);
	--good-ground: light-dark(#e2f4ea, #12312a);
	--bad: light-dark(#a8201a, #ff9f97);
	--bad-ground: light-dark(#fdeae8, #3d1a18);
	--warn: light-dark(#7d4600, #f8c471);
	--warn-ground: light-dark(#fcf0da, #382a10);
	--busy: light-dark(#1a4aa8, #9cc3ff);
	--busy-ground: light-dark(#e6eefc, #172a45);
	--calm: light-dark(#4a5663, #aeb9c4);
	--calm-ground: light-dark(#ebeef1, #242d36);
	--mono: ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace;
}
*, ::before, ::after { box-sizing: border-box; }
[hidden] { display: none !important; }
html { -webkit-text-size-adjust: 100%; scrollbar-gutter: stable; }
body {
	margin: 0 auto; padding: 0 1.25rem; max-width: 78rem;
	background: var(--ground); color: var(--text);
	font: 400 0.9375rem/1.45 system-ui, -apple-system, 'Segoe UI', Roboto, 'Liberation Sans', 'DejaVu Sans', sans-serif;
	overflow-wrap: anywhere;
}
h1, h2, h3, p, dl, dd, ul, fieldset, pre { margin: 0; }
ul, fieldset { padding: 0; border: 0; list-style: none; min-width: 0; }
h2 { font-size: 1rem; font-weight: 600; margin: 1.75rem 0 0.625rem; }
h3 { font-size: 0.9375rem; font-weight: 600; }
a { color: var(--accent); text-underline-offset: 0.18em; text-decoration-thickness: 1px; }
a:hover { text-decoration-thickness: 2px; }
code, pre { font-family: var(--mono); font-size: 0.8125rem; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; border-radius: 4px; }
main:focus { outline: none; }
.unseen, .skip:not(:focus) {
	position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap;
}
.skip { position: absolute; left: 1rem; top: 0.5rem; padding: 0.4rem 0.8rem; background: var(--surface); z-index: 2; }
.muted { color: var(--muted); }
.live .without-script { display: none; }

header {
	display: flex; flex-wrap: wrap; align-items: center; gap: 0.25rem 0.875rem;
	padding: 0.875rem 0; color: var(--muted);
}
header b { color: var(--text); font-weight: 600; }
.brand {
	display: inline-flex; align-items: center; gap: 0.5rem;
	color: var(--text); font-weight: 650; font-size: 1.0625rem; text-decoration: none; letter-spacing: -0.01em;
}
.connection { margin-left: auto; font-size: 0.8125rem; }
.connection span { display: none; }
.live:not(.away) .when-live, .away .when-away { display: inline-flex; align-items: center; gap: 0.4rem; }
.when-live::before {
	content: ''; width: 0.5rem; height: 0.5rem; border-radius: 50%; background: var(--good);
}
.when-away { color: var(--bad); font-weight: 600; }

.card { background: var(--surface); border: 1px solid var(--line); border-radius: 10px; padding: 0.75rem 1.125rem; }
#summary { display: grid; gap: 0.75rem; grid-template-columns: minmax(0, 1.15fr) minmax(0, 1fr) minmax(0, 1.05fr); }
.standing { display: flex; align-items: center; gap: 1rem; }
.standing h1 { font-size: 1.5rem; line-height: 1.2; font-weight: 650; letter-spacing: -0.015em; text-wrap: balance; }
.standing p { margin-top: 0.125rem; }
.standing.in-sync { background: var(--good-ground); border-color: transparent; color: var(--good); }
.standing.out-of-sync { background: var(--bad-ground); border-color: transparent; color: var(--bad); }
.standing:is(.catching-up, .starting) { background: var(--busy-ground); border-color: transparent; color: var(--busy); }
.lamp { flex: none; width: 2.75rem; height: 2.75rem; border-radius: 50%; background: currentColor; position: relative; }
.lamp::after {
	content: ''; position: absolute; inset: 0; margin: auto;
	width: 1.1rem; height: 0.6rem; border: solid var(--surface); border-width: 0 0 0.2rem 0.2rem;
	transform: translateY(-0.12rem) rotate(-45deg);
}
.out-of-sync .lamp::after {
	width: 0.26rem; height: 1.3rem; border: 0; transform: none; background: linear-gradient(
		var(--surface) 68%, transparent 68%, transparent 80%, var(--surface) 80%
	);
}
:is(.catching-up, .starting) .lamp::after {
	width: 1.2rem; height: 1.2rem; border-width: 0.2rem; border-radius: 50%; transform: none;
	border-color: var(--surface) var(--surface) transparent;
}
.facts { display: grid; grid-template-columns: 1fr 1fr; gap: 0.625rem 1rem; align-content: center; }
.facts dt { color: var(--muted); font-size: 0.8125rem; }
.facts dd { font-size: 1.25rem; font-weight: 600; font-variant-numeric: tabular-nums; letter-spacing: -0.01em; }
.speed h2 { margin: 0 0 0.125rem; font-size: 0.8125rem; font-weight: 400; color: var(--muted); }
.speed b { white-space: nowrap; }
.speed .muted { font-size: 0.8125rem; }
.bars { display: block; width: 100%; height: auto; max-width: 26rem; margin: 0.25rem 0 0; }
.bar { fill: var(--accent); }
.bar.empty { fill: var(--line); }
.bars text { fill: var(--muted); font-size: 11px; text-anchor: middle; }

.badge, .tag, .number {
	display: inline-block; max-width: 100%; padding: 0.0625rem 0.5rem; border-radius: 999px;
	font-size: 0.78125rem; font-weight: 550; line-height: 1.4; background: var(--calm-ground); color: var(--calm);
}
.badge.good { background: none; color: var(--good); padding-inline: 0; }
.badge.good::before {
	content: ''; display: inline-block; width: 0.45rem; height: 0.45rem; margin-right: 0.375rem; border-radius: 50%;
	background: currentColor; vertical-align: 0.06em;
}
.badge.bad { background: var(--bad-ground); color: var(--bad); }
.badge.warn { background: var(--warn-ground); color: var(--warn); }
.badge.busy { background: var(--busy-ground); color: var(--busy); }
.tag { font-family: var(--mono); font-size: 0.75rem; font-weight: 400; border-radius: 5px; padding-inline: 0.375rem; }
.number { font-variant-numeric: tabular-nums; padding-inline: 0.4375rem; }

.reason { color: var(--muted); }
.problems { padding: 0; overflow: hidden; }
.problem {
	display: grid; grid-template-columns: minmax(9rem, 15rem) minmax(0, 1fr); gap: 0.25rem 1.25rem;
	padding: 0.625rem 1.125rem; border-top: 1px solid var(--line); margin-top: -1px; position: relative;
}
.problem.bad { --tone: var(--bad); --tone-ground: var(--bad-ground); }
.problem.warn { --tone: var(--warn); --tone-ground: var(--warn-ground); }
.problem.busy { --tone: var(--busy); --tone-ground: var(--busy-ground); }
.problem::before { content: ''; position: absolute; inset: 0 auto 0 0; width: 4px; background: var(--tone); }
.problem h3 { color: var(--tone); }
.problem .number { background: var(--tone-ground); color: var(--tone); }
.problem ul { display: grid; gap: 0.375rem; }
.problem li b { font-weight: 550; }
.problem .reason { display: block; }

#filter { display: flex; flex-wrap: wrap; gap: 0.5rem 0.75rem; align-items: center; }
#q, button {
	font: inherit; color: inherit; background: var(--surface); border: 1px solid var(--calm); border-radius: 8px;
	padding: 0.4375rem 0.75rem; min-height: 2.375rem;
}
#q { flex: 1 1 17rem; min-width: 0; }
#q::placeholder { color: var(--muted); opacity: 1; }
.chips { display: flex; flex-wrap: wrap; gap: 0.375rem; }
.chip { position: relative; cursor: pointer; }
.chip input { position: absolute; inset: 0; margin: 0; opacity: 0; cursor: pointer; }
.chip > span {
	display: inline-flex; gap: 0.4rem; align-items: center; padding: 0.25rem 0.4rem 0.25rem 0.75rem; min-height: 2rem;
	border: 1px solid var(--line); border-radius: 999px; background: var(--surface); font-size: 0.84375rem;
}
.chip:hover > span { border-color: var(--calm); }
.chip input:checked + span { background: var(--text); border-color: var(--text); color: var(--surface); }
.chip input:checked + span .number { background: transparent; color: inherit; }
.chip input:focus-visible + span { outline: 2px solid var(--accent); outline-offset: 2px; }
#count { margin: 0.75rem 0 0.375rem; color: var(--muted); font-size: 0.8125rem; }

#containers { border: 1px solid var(--line); border-radius: 10px; background: var(--surface); overflow: hidden; }
#containers:not(:has(> li:not([hidden]))) { display: none; }
.container {
	display: grid; grid-template-columns: minmax(9rem, 15rem) minmax(0, 1fr); gap: 0.25rem 1.25rem;
	padding: 0.4375rem 1.125rem; border-top: 1px solid var(--line); margin-top: -1px;
	content-visibility: auto; contain-intrinsic-size: auto 3.25rem;
}
.who a { color: var(--text); text-decoration: none; }
.who a:hover { text-decoration: underline; }
.who p { color: var(--muted); font-size: 0.8125rem; line-height: 1.25; }
.who code { font-size: 0.75rem; }
.services { display: grid; gap: 0.375rem; align-content: center; }
.service {
	display: grid; gap: 0.125rem 0.875rem; align-items: baseline;
	grid-template-columns: 7.75rem minmax(0, 1fr) minmax(0, 12rem) minmax(0, 1.4fr);
}
.service > .badge { justify-self: start; white-space: nowrap; }
.service .name { font-weight: 550; }
.service .reason { grid-column: 2 / -1; }
.service .more { display: flex; flex-wrap: wrap; gap: 0.25rem 0.5rem; align-items: baseline; }
@keyframes arrive { from { background: var(--busy-ground); } }
@media (prefers-reduced-motion: no-preference) { .fresh { animation: arrive 1.6s ease-out; } }

nav { padding: 0.25rem 0 0.75rem; }
#story h1 { font-size: 1.5rem; font-weight: 650; letter-spacing: -0.015em; margin-bottom: 0.5rem; }
#story .card + .card { margin-top: 0.625rem; }
#story h3 { display: flex; flex-wrap: wrap; gap: 0.5rem; align-items: center; margin-bottom: 0.375rem; font-size: 1rem; }
.definitions { display: grid; gap: 0.375rem; }
.definitions > div { display: grid; grid-template-columns: 8rem minmax(0, 1fr); gap: 0.875rem; align-items: baseline; }
.definitions dt { color: var(--muted); font-size: 0.84375rem; }
.plain { display: grid; gap: 0.375rem; }
table { width: 100%; border-collapse: collapse; margin-top: 0.625rem; font-size: 0.84375rem; }
caption { text-align: left; color: var(--muted); padding-bottom: 0.125rem; }
th, td { text-align: left; vertical-align: baseline; padding: 0.25rem 0.875rem 0.25rem 0; border-top: 1px solid var(--line); font-weight: 400; }
th { color: var(--muted); font-size: 0.78125rem; }
.verdict { margin-bottom: 0.875rem; }
.verdict p + p { margin-top: 0.25rem; }
.verdict.good { background: var(--good-ground); border-color: transparent; color: var(--good); }
.verdict.warn { background: var(--warn-ground); border-color: transparent; color: var(--warn); }
.verdict.bad { background: var(--bad-ground); border-color: transparent; color: var(--bad); }
.verdict a { color: inherit; }
.history { list-style: none; margin: 0; display: grid; gap: 0.375rem; }
.history li { display: grid; grid-template-columns: 12.5rem minmax(0, 1fr); gap: 0.125rem 0.875rem; }
.history time { color: var(--muted); font-variant-numeric: tabular-nums; }
.history .good { color: var(--good); }
.history .warn { color: var(--warn); }
.history .bad { color: var(--bad); }
pre { white-space: pre-wrap; margin-top: 0.25rem; color: var(--muted); max-height: 12rem; overflow: auto; }
ul.card.warn { border-left: 4px solid var(--warn); }
footer { margin-top: 2.5rem; padding: 1rem 0 2rem; border-top: 1px solid var(--line); color: var(--muted); font-size: 0.8125rem; }

@media (min-width: 62rem) and (min-height: 30rem) {
	html { scroll-padding-top: 7rem; }
	#filter { position: sticky; top: 0; z-index: 1; padding-block: 0.5rem; margin-block: -0.5rem; background: var(--ground); }
}
@media (max-width: 62rem) {
	#summary { grid-template-columns: minmax(0, 1fr) minmax(0, 1fr); }
	.standing { grid-column: 1 / -1; }
	.service { grid-template-columns: 7.75rem minmax(0, 1fr); }
	.service .address, .service .more { grid-column: 2; }
}
@media (max-width: 40rem) {
	body { padding: 0 0.875rem; }
	#summary, .container, .problem { grid-template-columns: minmax(0, 1fr); }
	.container { padding: 0.75rem 0.875rem; gap: 0.5rem; }
	.service { grid-template-columns: auto minmax(0, 1fr); }
	.service .address, .service .more, .service .reason { grid-column: 1 / -1; }
	.who { display: flex; flex-wrap: wrap; gap: 0 0.75rem; align-items: baseline; }
	.definitions > div, .history li { grid-template-columns: minmax(0, 1fr); gap: 0; }
	.standing h1 { font-size: 1.3125rem; }
	thead { display: none; }
	table, tbody, tr, caption { display: block; }
	tr { border-top: 1px solid var(--line); padding: 0.25rem 0; }
	td { display: block; border: 0; padding: 0; }
	td:empty { display: none; }
	td[data-head]:not([data-head=''])::before { content: attr(data-head) ': '; color: var(--muted); }
}
@media print { .connection, #filter, .skip, nav { display: none; } .container { content-visibility: visible; } }
`;
