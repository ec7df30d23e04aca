import { describe, expect, it } from 'vitest';
import { constraintRows } from '../../simulator/index.ts';
import { built, checked, present, shortJob } from './build.ts';
import { wrongFirmware } from './wrong-firmware.ts';

describe('the real firmware', () => {
  it('meets every constraint in a job that exercises all of them', async () => {
    const { report, result } = checked(await built(), shortJob());
    expect(result.problem).toBeUndefined();
    expect(report.constraints.filter(({ met }) => !met)).toEqual([]);
    expect(report.constraints.filter(({ count }) => count === 0)).toEqual([]);
    expect(report.met).toBe(true);
  });
});

describe('a firmware with one wrong line', () => {
  it('exists for every constraint', () => {
    expect(wrongFirmware.map(({ id }) => id)).toEqual(constraintRows.map(({ id }) => id));
  });

  it.each(wrongFirmware)('breaks $id and only it when it $mistake', async wrong => {
    const { change, names = change, defines, board, host = shortJob } = wrong;
    const firmware = await built(change, defines);
    const { report } = checked(firmware, host(), board);
    const broken = report.constraints.filter(({ met }) => !met);
    expect(broken.map(({ id }) => id)).toEqual([wrong.id]);
    const [{ first }] = broken;
    const { file, number } = present(names);
    expect([first!.from.line, first!.to.line]).toContain(`${file}:${number}`);
  });
});
