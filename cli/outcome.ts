/** What a command hands to the command line when it has ended. */
export interface Outcome {
  /** Done and verified; decides the exit status. */
  ok: boolean;
  /** The result for a reader, one line each. */
  text: readonly string[];
  /** The result for a program; `ok` is added. */
  json: Readonly<Record<string, unknown>>;
}
