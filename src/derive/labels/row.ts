import type { Check } from '../../model.ts';
import type { Kind } from './kinds.ts';

/** One label of either language, as documents and code know it. */
export interface Row<T = unknown> {
	readonly kind: Kind<T>;
	readonly help: string;
}

/** One field of a check, under Consul's own name for it. */
export interface CheckRow<T = unknown> extends Row<T> {
	readonly field: keyof Check;
	/** The first Consul whose agent takes it, where not every agent does that reconsul works with. */
	readonly since?: string;
	/** Without it the check would ask something else than was wanted, so an agent that lacks it gets no check at all. */
	readonly isVital?: true;
}

/** What the rows of a table are read into; absent is what no label says. */
export type ValuesOf<Rows extends Readonly<Record<string, Row>>> = {
	readonly [K in keyof Rows]?: Rows[K]['kind'] extends Kind<infer T> ? T : never;
};
