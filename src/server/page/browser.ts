/** The part of a browser that page.js uses. The whole of TypeScript's `dom` would be known everywhere in the daemon. */
export interface Browser {
	readonly document: Page;
	readonly location: { readonly href: string };
	readonly history: { replaceState(state: null, title: '', url: string): void };
	readonly EventSource: new (url: string) => Listens & { readonly readyState: number; close(): void };
	readonly DOMParser: new () => { parseFromString(text: string, type: 'text/html'): Page };
	readonly FormData: new (form: Element) => Iterable<readonly [string, string]>;
}

interface Listens {
	addEventListener(type: string, listener: (event: Happening) => void): void;
}

export interface Happening {
	readonly key?: string;
	readonly ctrlKey?: boolean;
	readonly metaKey?: boolean;
	readonly altKey?: boolean;
	readonly target: Element;
	preventDefault(): void;
}

export interface Page extends Listens {
	title: string;
	readonly hidden: boolean;
	readonly documentElement: Element;
	readonly activeElement: Element | null;
	getElementById(id: string): Element | null;
	querySelectorAll(selector: string): Iterable<Element>;
	querySelector(selector: string): Element | null;
}

export interface Element extends Listens {
	readonly id: string;
	readonly tagName: string;
	readonly dataset: Readonly<Record<string, string | undefined>>;
	readonly classList: { add(name: string): void; toggle(name: string, isSet: boolean): void };
	readonly children: Iterable<Element>;
	readonly firstElementChild: Element | null;
	readonly nextElementSibling: Element | null;
	readonly action: string;
	hidden: boolean;
	value: string;
	textContent: string;
	getAttribute(name: string): string | null;
	contains(other: Element | null): boolean;
	closest(selector: string): Element | null;
	querySelector(selector: string): Element | null;
	isEqualNode(other: Element): boolean;
	insertBefore(child: Element, before: Element | null): void;
	replaceWith(other: Element): void;
	remove(): void;
	focus(options?: { readonly preventScroll: boolean }): void;
	select(): void;
}
