import { assets } from './assets.ts';
import { type Content, type Html, html } from './html.ts';
import type { HostModel } from './model.ts';

export interface Layout {
	readonly title: string;
	readonly host: HostModel;
	/** What to listen to for changes. */
	readonly events: string;
	readonly body: Content;
}

/** Nothing is loaded from elsewhere, nothing inline is run, and no other page may frame it. */
export const pageHeaders: Readonly<Record<string, string>> = {
	'Content-Security-Policy':
		"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
		"form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
	'Referrer-Policy': 'no-referrer',
	'Cross-Origin-Opener-Policy': 'same-origin',
	'Cross-Origin-Resource-Policy': 'same-origin',
};

export const documentOf = ({ title, host, events, body }: Layout): Html => html`<!doctype html>
<html lang="en" data-events="${events}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title} · reconsul</title>
<link rel="icon" href="${assets.icon.path}" type="image/svg+xml">
<link rel="stylesheet" href="${assets.style.path}">
<script src="${assets.script.path}" defer></script>
</head>
<body>
<a class="skip" href="#main">Skip to the content</a>
<header><a class="brand" href="/"><img src="${assets.icon.path}" alt="" width="24" height="24">reconsul</a>
<p>${host.hostname !== undefined && html`on <b>${host.hostname}</b>`}${
	host.owner !== undefined && host.owner !== host.hostname && html`, owner <b>${host.owner}</b>`
}${host.isDryRun && html` <span class="badge warn">dry run: nothing is written</span>`}</p>
<p class="connection" role="status"><span class="when-live">live</span><span class="when-away">no answer, shown as it was</span></p>
</header>
<main id="main" tabindex="-1">
${body}
</main>
<p id="announcement" class="unseen" role="status"></p>
<footer><p>reconsul ${host.version} · <a href="/metrics">metrics</a> · <a href="/readyz?verbose">readiness</a> ·
<a href="/api/services">services as JSON</a></p></footer>
</body>
</html>
`;
