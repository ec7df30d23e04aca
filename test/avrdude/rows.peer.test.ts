/** Every row of the table on a fresh server, with the firmware of this project at 19200 baud; then some in a row. */
import { afterAll, beforeAll, describe, it } from 'vitest';
import { buildFirmware, Workspace } from '../cli/process.ts';
import { hasAvrdude } from './harness.ts';
import { play, writeImages } from './play.ts';
import { type Row, rows } from './rows.ts';

/** Second sessions are where programmers break: state that the first one left. */
const oneAfterTheOther = [1, 5, 6, 11, 1, 15, 12, 28, 8, 23, 4, 5, 18, 5];

function asOneRow(numbers: readonly number[]): Row {
  const list = numbers.map(number => rows.find(row => row.number === number)!);
  const { flash, eeprom, lockMode } = list.at(-1)!;
  return {
    number: 0,
    title: 'one after the other',
    steps: list.flatMap(row => row.steps),
    flash,
    eeprom,
    lockMode,
  };
}

describe.skipIf(!hasAvrdude())('avrdude 7.1', () => {
  const workspace = new Workspace();
  let firmware: string;

  beforeAll(() => {
    firmware = buildFirmware(workspace);
    writeImages(workspace);
  });
  afterAll(() => workspace.remove());

  it.for(rows)('row $number: $title', async row => {
    await play(row, workspace, ['--firmware', firmware]);
  });

  it(`rows ${oneAfterTheOther.join(', ')} on one running server`, async () => {
    await play(asOneRow(oneAfterTheOther), workspace, ['--firmware', firmware]);
  });
});
