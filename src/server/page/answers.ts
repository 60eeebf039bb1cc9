import { assetNamed } from './assets.ts';
import { searchOf } from './containers.ts';
import type { Html } from './html.ts';
import { pageHeaders } from './layout.ts';
import type { PageModel, StoryModel } from './model.ts';
import { overview } from './overview.ts';
import { story } from './story.ts';

/** What the page is made from. */
export interface PageProvider {
	readonly overview: () => Promise<PageModel>;
	/** By the container's name or id, or what else an explanation can be had of. */
	readonly story: (asked: string) => Promise<StoryModel>;
}

interface PageAnswer {
	readonly status: number;
	readonly body: string;
	readonly contentType: string;
	readonly headers: Readonly<Record<string, string>>;
}

export const overviewAnswer = async ({ overview: model }: PageProvider, query: URLSearchParams): Promise<PageAnswer> =>
	page(200, overview(await model(), searchOf(query)));

export async function storyAnswer(provider: PageProvider, asked: string): Promise<PageAnswer> {
	const model = await provider.story(asked);
	const isKnown = model.container !== undefined || model.explanation !== undefined;
	return page(isKnown ? 200 : 404, story(asked, model));
}

/** No other site's page may load it. */
const sameOrigin = { 'Cross-Origin-Resource-Policy': 'same-origin' };

export function assetAnswer(name: string): PageAnswer | undefined {
	const asset = assetNamed(name);
	if (asset === undefined) return undefined;
	const { body, contentType } = asset;
	return {
		status: 200,
		body,
		contentType,
		headers: { ...sameOrigin, 'Cache-Control': 'public, max-age=31536000, immutable' },
	};
}

const page = (status: number, { text }: Html): PageAnswer => ({
	status,
	body: text,
	contentType: 'text/html; charset=utf-8',
	headers: pageHeaders,
});
