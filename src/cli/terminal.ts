/** Whether to print in colours: on a terminal that can, unless the user does not want them (no-color.org). */
export const hasColors = (
	stream: { readonly isTTY?: boolean },
	env: Readonly<Record<string, string | undefined>>,
): boolean => stream.isTTY === true && !env['NO_COLOR'] && env['TERM'] !== 'dumb';
