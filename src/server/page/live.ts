import type { Browser, Element, Happening, Page } from './browser.ts';
import { counted, matches, span } from './words.ts';

/**
 * page.js: the text of these functions, which therefore name nothing but each other, those of words.ts, and what a browser
 * has. The page is complete without it; this keeps it current, and filters without asking the server.
 */

export function live(browser: Browser): void {
	const page = browser.document;
	page.documentElement.classList.add('live');
	const tick = (): void => tell(page);
	setInterval(tick, 1000);
	tick();
	const refresh = refresher(browser);
	follow(browser, refresh);
	filterAsTyped(browser);
}

/** Times as spans up to now. */
export function tell(page: Page): void {
	for (const time of page.querySelectorAll('time[data-since]')) {
		const text = span(Date.now() - Date.parse(time.getAttribute('datetime') ?? ''));
		if (time.textContent !== text) time.textContent = text;
	}
}

/** Asks for the page again and takes over what differs; one request at a time, and the more rarely the longer one takes. */
export function refresher(browser: Browser): () => void {
	const page = browser.document;
	let isBusy = false;
	let isDue = false;
	const run = async (): Promise<void> => {
		isDue = isBusy || page.hidden;
		if (isDue) return;
		isBusy = true;
		const began = Date.now();
		const answer = await fetch(browser.location.href, { headers: { Accept: 'text/html' } }).catch(() => undefined);
		const isPage = answer?.headers.get('content-type')?.startsWith('text/html') === true;
		const text = isPage ? await answer?.text().catch(() => undefined) : undefined;
		page.documentElement.classList.toggle('away', text === undefined);
		if (text !== undefined) swap(page, new browser.DOMParser().parseFromString(text, 'text/html'));
		setTimeout(
			() => {
				isBusy = false;
				if (isDue) run();
			},
			Math.max(200, 5 * (Date.now() - began)),
		);
	};
	page.addEventListener('visibilitychange', () => void run());
	return run;
}

/** On every event of the daemon's; and now and then, since not all that is shown has one. */
export function follow(browser: Browser, refresh: () => void): void {
	const open = (): void => {
		const events = new browser.EventSource(browser.document.documentElement.dataset['events'] ?? '');
		events.addEventListener('open', refresh);
		events.addEventListener('message', refresh);
		events.addEventListener('error', () => {
			refresh();
			// A browser tries again by itself unless the answer was an error.
			if (events.readyState === 2) setTimeout(open, 10_000);
		});
	};
	open();
	setInterval(refresh, 10_000);
}

export function swap(page: Page, fresh: Page): void {
	const headline = page.getElementById('headline')?.textContent;
	const focused = page.activeElement?.id ?? '';
	for (const region of fresh.querySelectorAll('[data-live]')) {
		const old = page.getElementById(region.id);
		if (old === null || old.isEqualNode(region)) continue;
		if (region.dataset['live'] === 'list') merge(old, region);
		else old.replaceWith(region);
	}
	if (page.title !== fresh.title) page.title = fresh.title;
	// What had the focus may be a new element by now.
	if (focused !== '' && page.activeElement?.id !== focused)
		page.getElementById(focused)?.focus({ preventScroll: true });
	const said = page.getElementById('headline')?.textContent ?? '';
	const announcement = page.getElementById('announcement');
	if (announcement !== null && said !== headline) announcement.textContent = said;
	tell(page);
	filter(page);
}

/** Leaves the items alone that did not change, so that a thousand of them cost nothing and keep what is done with them. */
export function merge(old: Element, fresh: Element): void {
	const wanted = new Set([...fresh.children].map(({ id }) => id));
	const known = new Map([...old.children].map((item) => [item.id, item]));
	for (const [id, item] of known) if (!wanted.has(id)) item.remove();
	let at = old.firstElementChild;
	for (const item of [...fresh.children]) {
		const had = known.get(item.id);
		had?.classList.toggle('fresh', false);
		if (had !== undefined && at === had) at = had.nextElementSibling;
		if (had?.isEqualNode(item) === true) {
			if (had.nextElementSibling !== at) old.insertBefore(had, at);
			continue;
		}
		item.classList.add('fresh');
		old.insertBefore(item, at);
		had?.remove();
	}
}

/** Shows the containers that the form asks for; the server does the same where no script runs. */
export function filter(page: Page): void {
	const search = page.getElementById('q')?.value ?? '';
	const group = page.querySelector('input[name=show]:checked')?.value ?? '';
	let shown = 0;
	let all = 0;
	for (const row of page.querySelectorAll('#containers > li')) {
		const isShown = matches(row.dataset['text'] ?? '', row.dataset['groups'] ?? '', search, group);
		if (row.hidden === isShown) row.hidden = !isShown;
		all += 1;
		if (isShown) shown += 1;
	}
	const count = page.getElementById('count');
	const text = counted(shown, all);
	if (count !== null && count.textContent !== text) count.textContent = text;
}

export function filterAsTyped(browser: Browser): void {
	const page = browser.document;
	const form = page.getElementById('filter');
	const search = page.getElementById('q');
	if (form === null || search === null) return;
	const apply = (): void => {
		filter(page);
		const url = new URL(browser.location.href);
		for (const name of ['q', 'show']) url.searchParams.delete(name);
		for (const [name, value] of new browser.FormData(form)) if (value !== '') url.searchParams.set(name, value);
		browser.history.replaceState(null, '', url.href);
	};
	form.addEventListener('input', apply);
	form.addEventListener('submit', (event: Happening) => event.preventDefault());
	page.addEventListener('keydown', (event: Happening) => {
		const isTyping = event.target.closest('input, textarea') !== null;
		if (event.key !== '/' || isTyping || event.ctrlKey === true || event.metaKey === true) return;
		event.preventDefault();
		search.focus();
		search.select();
	});
	// A browser that goes back puts in what was typed before.
	filter(page);
}
