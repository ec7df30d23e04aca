/**
 * One share of the full translation check; scripts/translate.js bundles it and runs several:
 *
 *     npm run translate:full -- [PROGRAMS] [FIRST_SEED] [PROCESSES]
 *     node build/translation-run.js PROGRAMS [FIRST_SEED] [FAILURES_SHOWN]
 */

import { checkSeeds, describeFailure, joined, type Result, summary } from './translation-report.ts';

const [count = '1000', first = '0', shown = '5'] = process.argv.slice(2);
const started = performance.now();
const chunk = 500;
let result: Result | undefined;
for (let done = 0; done < Number(count); done += chunk) {
  const part = checkSeeds(Number(first) + done, Math.min(chunk, Number(count) - done));
  result = result ? joined(result, part) : part;
  for (const { seed, what } of part.failures) console.log(`seed ${seed}: ${what}`);
  console.error(`${done + part.tried} of ${count}`);
}
if (!result) throw new Error('no programs');
for (const failure of result.failures.slice(0, Number(shown))) console.log(`${describeFailure(failure)}\n`);
console.log(summary(result));
console.log(`${((performance.now() - started) / result.tried).toFixed(2)} ms per program`);
if (result.failures.length > 0) process.exitCode = 1;
