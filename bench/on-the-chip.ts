/** What the firmware takes on the chip, in simulated seconds, words and clocks: see bench/README.md. */
import { type BuiltFirmware, buildFirmware } from '../compiler/index.ts';
import { builds, features, published, runOn, soaks } from './on-the-chip/runs.ts';
import { soak } from './on-the-chip/soak.ts';

const SEED = 910;

function row(...cells: string[]): void {
  console.log([cells[0].padEnd(46), ...cells.slice(1).map(cell => cell.padStart(12))].join(''));
}

const seconds = (cycles: number | undefined) =>
  cycles === undefined ? '-' : `${(cycles / 4e6).toFixed(2)} s`;

const build = (defines: Readonly<Record<string, number>>): Promise<BuiltFirmware> =>
  buildFirmware({ entry: 'firmware/main.ts', defines });

async function sessions(): Promise<void> {
  console.log(
    '\nerase, write and verify 1 KB as avrdude 7.1 does it, 14 388 characters, host exact; programmer at 4 MHz\n',
  );
  row('', 'published', 'this', 'goal', 'words');
  for (const { name, defines, target, goal, asPublished } of builds) {
    const built = await build(defines);
    const cycles = runOn(built.image.words, { baud: defines.BAUD, target });
    const verdict = goal === undefined ? '' : `${goal} ${cycles <= goal * 4e6 ? 'met' : 'missed'}`;
    row(name, seconds(asPublished), seconds(cycles), verdict, String(built.image.words.length));
  }
  console.log(`\npublished firmware: ${published.source}`);
}

async function costs(): Promise<void> {
  const whole = await build({});
  const all = runOn(whole.image.words, {});
  console.log(
    '\nwhat a feature costs: the build without it beside the one with everything, the same session at 19200 baud and 4 V\n',
  );
  row('', 'words', 'clocks', '');
  row('everything', String(whole.image.words.length), String(all));
  for (const { name, defines } of features) {
    const { image } = await build(defines);
    const clocks = runOn(image.words, {});
    row(name, signed(whole.image.words.length - image.words.length), signed(all - clocks));
  }
}

async function line(): Promise<void> {
  console.log(
    `\nthe serial line: random characters each way, seed ${SEED}; exchanges with a wrong byte, frame errors\n`,
  );
  row('', 'each way', 'wrong', 'frames', 'goal');
  for (const { baud, baudError, characters } of soaks) {
    const { image } = await build({ BAUD: baud });
    const { sent, wrong, frameErrors } = soak({
      words: image.words,
      baud,
      baudError,
      characters,
      seed: SEED,
    });
    const verdict = wrong + frameErrors === 0 ? 'met' : 'missed';
    const off = baudError === 0 ? 'exact' : `${signed(baudError * 100)} %`;
    row(`${baud} baud, host ${off}`, String(sent), String(wrong), String(frameErrors), `none: ${verdict}`);
  }
}

const signed = (value: number) => (value > 0 ? `+${value}` : String(value));

await sessions();
await costs();
await line();
