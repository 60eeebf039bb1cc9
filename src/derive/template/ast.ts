/** What a template consists of. Offsets point into its text. */

export interface Template {
	readonly text: string;
	readonly main: readonly Node[];
	/** By name: `define` and `block`. */
	readonly definitions: ReadonlyMap<string, readonly Node[]>;
}

export type Node =
	| { readonly kind: 'text'; readonly offset: number; readonly text: string }
	| { readonly kind: 'action'; readonly offset: number; readonly pipe: Pipe }
	| Branch
	| { readonly kind: 'template'; readonly offset: number; readonly name: string; readonly pipe: Pipe | undefined }
	| { readonly kind: 'break' | 'continue'; readonly offset: number };

export interface Branch {
	readonly kind: 'if' | 'with' | 'range';
	readonly offset: number;
	readonly pipe: Pipe;
	readonly body: readonly Node[];
	readonly otherwise: readonly Node[];
}

export interface Pipe {
	readonly offset: number;
	/** `$x := …` or `$x = …`; two of them for `range` only. */
	readonly variables: readonly string[];
	readonly assigns: boolean;
	readonly commands: readonly Command[];
}

export interface Command {
	readonly offset: number;
	readonly first: Operand;
	readonly rest: readonly Operand[];
}

export type Operand =
	| { readonly kind: 'dot' | 'nil'; readonly offset: number }
	| { readonly kind: 'bool'; readonly offset: number; readonly value: boolean }
	| { readonly kind: 'string'; readonly offset: number; readonly value: string }
	| { readonly kind: 'int'; readonly offset: number; readonly value: bigint }
	| { readonly kind: 'float'; readonly offset: number; readonly value: number }
	| { readonly kind: 'field'; readonly offset: number; readonly names: readonly string[] }
	| { readonly kind: 'variable'; readonly offset: number; readonly name: string; readonly names: readonly string[] }
	| { readonly kind: 'function'; readonly offset: number; readonly name: string }
	| { readonly kind: 'chain'; readonly offset: number; readonly base: Operand; readonly names: readonly string[] }
	| { readonly kind: 'pipe'; readonly offset: number; readonly pipe: Pipe };
