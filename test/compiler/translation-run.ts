/**
 * The full translation check:
 *
 *     npx esbuild test/compiler/translation-run.ts --bundle --platform=node --format=esm \
 *       --packages=external --outfile=build/translation-run.mjs
 *     node build/translation-run.mjs PROGRAMS [FIRST_SEED] [FAILURES_SHOWN]
 *
 * One program by its seed, with all its text: `node build/translation-run.mjs 1 SEED`.
 */

import { checkSeeds, describeFailure, summary } from './translation-report.ts';

const [count = '1000', first = '0', shown = '5'] = process.argv.slice(2);
const started = performance.now();
const result = checkSeeds(Number(first), Number(count), Number.POSITIVE_INFINITY);
for (const failure of result.failures.slice(0, Number(shown))) console.log(`${describeFailure(failure)}\n`);
console.log(summary(result));
const each = (performance.now() - started) / Math.max(1, result.tried);
console.log(`${each.toFixed(2)} ms per program`);
if (result.failures.length > 0) {
  for (const { seed, what } of result.failures)
    console.log(`seed ${seed}: ${what.split('\n').slice(0, 2).join(' ')}`);
  process.exitCode = 1;
}
