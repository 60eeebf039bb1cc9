import assert from 'node:assert/strict';
import { UsageError } from '../../../src/config/usage-error.ts';

/** The error that `run` ends with; fails where it ends with none or with another kind. */
export function usageErrorOf(run: () => unknown): UsageError {
	try {
		run();
	} catch (error) {
		if (error instanceof UsageError) return error;
		throw error;
	}
	return assert.fail('nothing was thrown');
}

/** Runs it for its result; `undefined` where it ended with a fit message, anything else fails. */
export function resultOrComplaint<T>(run: () => T, ...secrets: readonly string[]): T | undefined {
	try {
		return run();
	} catch (error) {
		assert.ok(error instanceof UsageError, `threw ${String(error)}`);
		assert.ok(error.message.length > 0 && error.message.length <= 300, error.message);
		assert.ok(!/[^\P{Cc}\n]/u.test(error.message), JSON.stringify(error.message));
		for (const secret of secrets) assert.ok(!error.message.includes(secret), error.message);
		return undefined;
	}
}
