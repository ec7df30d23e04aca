/**
 * `npm run bench:size`: the kernel suite beside avr-gcc's numbers, then the
 * firmware, what each peephole rule saved, and how long a build takes.
 *
 *     npm run bench:size -- [--json] [--update] [--listings FOLDER] [KERNEL …]
 *
 * Status 0: all kernels do the same as avr-gcc's and none is worse than size-table.json says. 1: not so.
 * 2: wrong usage.
 */

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { buildFirmware } from '../compiler/index.ts';
import { gccVersion } from './gcc.ts';
import { measure, ROOT, type Row, savedWords } from './measure.ts';
import {
  compare,
  type FirmwareFigures,
  formatFirmware,
  formatSuite,
  regressions,
  summarise,
  type Table,
  tableOf,
} from './report.ts';
import { KERNELS } from './suite.ts';
import { formatTimes, measureBuilds } from './times.ts';

const TABLE = `${ROOT}/bench/size-table.json`;
const README = `${ROOT}/bench/README.md`;

interface Options {
  json: boolean;
  update: boolean;
  listings: string | undefined;
  kernels: string[];
}

function readOptions(): Options {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      json: { type: 'boolean', default: false },
      update: { type: 'boolean', default: false },
      listings: { type: 'string' },
    },
  });
  const unknown = positionals.filter(name => !KERNELS.some(kernel => kernel.name === name));
  if (unknown.length > 0) throw new Error(`no kernel ${unknown.join(', ')}`);
  if (values.update && positionals.length > 0) throw new Error('--update takes all kernels, not some');
  const { json, update, listings } = values;
  return { json, update, listings, kernels: positionals };
}

async function measureFirmware(): Promise<FirmwareFigures> {
  const built = await buildFirmware({ entry: `${ROOT}/firmware/main.ts` });
  const { words, stackLevels } = built.image;
  return { words: words.length, stackLevels, savings: savedWords(built) };
}

function writeListings(folder: string, rows: readonly Row[]): void {
  mkdirSync(folder, { recursive: true });
  for (const { name, listings } of rows) {
    writeFileSync(`${folder}/${name}.lst`, listings.ours);
    writeFileSync(`${folder}/${name}.gcc.lst`, listings.gcc);
  }
}

/** The committed figures: as data, and for a reader in the text block of README.md. */
function writeReached(gcc: string, rows: readonly Row[], firmware: FirmwareFigures): void {
  writeFileSync(TABLE, `${JSON.stringify(tableOf(gcc, rows, firmware), null, 2)}\n`);
  const block = `\`\`\`text\n${formatSuite(rows)}\n\`\`\``;
  const readme = readFileSync(README, 'utf8');
  writeFileSync(
    README,
    readme.replace(/```text\n.*?```/s, () => block),
  );
}

function toJson(gcc: string, rows: readonly Row[], firmware: FirmwareFigures, ok: boolean): string {
  const kernels = rows.map(row => ({
    name: row.name,
    words: compare(row, 'words'),
    clocks: compare(row, 'clocks'),
    counted: !row.beyond,
    same: !row.difference,
  }));
  const [words, clocks] = [summarise(rows, 'words'), summarise(rows, 'clocks')];
  return JSON.stringify({ gcc, kernels, words, clocks, firmware, ok });
}

function say(rows: readonly Row[], firmware: FirmwareFigures, gcc: string, worse: readonly string[]): void {
  console.log(`beside ${gcc}, -Os -mmcu=attiny2313\n`);
  console.log(`${formatSuite(rows)}\n`);
  console.log(formatFirmware(firmware, rows));
  if (worse.length > 0) console.log(`\nworse than size-table.json:\n${worse.join('\n')}`);
}

async function run({ json, update, listings, kernels }: Options): Promise<number> {
  const gcc = gccVersion();
  if (!gcc) throw new Error('avr-gcc is missing: apt-get install gcc-avr avr-libc');
  const rows = await measure(ROOT, kernels);
  const firmware = await measureFirmware();
  if (listings) writeListings(listings, rows);
  if (update) writeReached(gcc, rows, firmware);
  const worse = regressions(rows, JSON.parse(readFileSync(TABLE, 'utf8')) as Table);
  const ok = worse.length === 0 && rows.every(row => !row.difference);
  say(rows, firmware, gcc, worse);
  if (kernels.length === 0) console.log(`\n${formatTimes(await measureBuilds(ROOT))}`);
  if (json) console.log(toJson(gcc, rows, firmware, ok));
  return ok ? 0 : 1;
}

try {
  process.exitCode = await run(readOptions());
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 2;
}
