import { createHash } from 'node:crypto';
import { filter, filterAsTyped, follow, live, merge, refresher, swap, tell } from './live.ts';
import { style } from './style.ts';
import { counted, matches, span } from './words.ts';

interface Asset {
	readonly path: string;
	readonly body: string;
	readonly contentType: string;
}

const parts = [span, matches, counted, tell, filter, merge, swap, refresher, follow, filterAsTyped, live];
// The bundler renames what it likes, but in all places alike.
const script = `(() => {\n'use strict';\n${parts.map(String).join('\n')}\n${live.name}(window);\n})();\n`;

const icon = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="8" fill="#0f766e"/>
<path d="M9 21V11h8a3.5 3.5 0 0 1 0 7H9m7 0 6 6" fill="none" stroke="#fff" stroke-width="3.2" stroke-linecap="round"
stroke-linejoin="round"/></svg>`;

/** The name changes with the content, so that a browser may keep it. */
function asset(name: string, extension: string, contentType: string, body: string): Asset {
	const hash = createHash('sha256').update(body).digest('hex').slice(0, 12);
	return { path: `/assets/${name}.${hash}.${extension}`, body, contentType };
}

export const assets = {
	script: asset('page', 'js', 'text/javascript; charset=utf-8', script),
	style: asset('page', 'css', 'text/css; charset=utf-8', style),
	icon: asset('icon', 'svg', 'image/svg+xml', icon),
};

const byPath: ReadonlyMap<string, Asset> = new Map(Object.values(assets).map((it) => [it.path, it]));

export const assetNamed = (name: string): Asset | undefined => byPath.get(`/assets/${name}`);
