/**
 * What can go wrong, by exit status. Everything else that is thrown is a mistake of ours and is
 * reported as such by cli/program.ts.
 */

/** Wrong usage or unreadable input: exit status 2. The message says what, where and what to do. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** The request was understood and the job failed: exit status 1. */
export class JobError extends Error {
  override readonly name = 'JobError';
}
