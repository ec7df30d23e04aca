/** `npm run bench:size`: the kernel suite beside avr-gcc's numbers, then the firmware and what each rule saved in it. */

import { writeFileSync } from 'node:fs';
import { measure, ROOT } from './measure.ts';

const rows = await measure(
  ROOT,
  process.argv.slice(2).filter(a => !a.startsWith('-')),
);
for (const { name, ours, gcc, difference, listings } of rows) {
  console.log(
    name.padEnd(16),
    ours.words,
    gcc.words,
    (ours.words / gcc.words).toFixed(2),
    ours.clocks.toFixed(1),
    gcc.clocks.toFixed(1),
    (ours.clocks / gcc.clocks).toFixed(2),
    difference ?? 'same',
  );
  writeFileSync(`/tmp/bench/${name}.lst`, listings.ours);
  writeFileSync(
    `/tmp/bench/${name}.gcc`,
    listings.gcc
      .split('\n')
      .slice(listings.gcc.split('\n').findIndex(l => /<main>:/.test(l)))
      .join('\n'),
  );
}
