import { describe, expect, it } from 'vitest';
import { constraintRows, devices, program } from '../../simulator/index.ts';
import { built, bytes, checked, present, shortJob } from './build.ts';
import { wrongFirmware } from './wrong-firmware.ts';
import { wrongPages } from './wrong-pages.ts';

/** A job that has an occasion for each constraint of a part: two pages, where it has pages, EEPROM and lock bits. */
const wholeJob = (device: (typeof devices)[string]) =>
  program(bytes(66), { device, eeprom: bytes(4), lockMode: 2 });

describe('the real firmware', () => {
  it.each(Object.entries(devices))(
    'meets every constraint of the %s in a job that exercises all of them',
    async (_, device) => {
      const { report, result } = checked(await built(), wholeJob(device), { target: device });
      expect(result.problem).toBeUndefined();
      expect(report.constraints.filter(({ met }) => !met)).toEqual([]);
      expect(report.constraints.filter(({ count }) => count === 0)).toEqual([]);
      expect(report.met).toBe(true);
    },
  );
});

describe('a firmware with one wrong line', () => {
  const all = [...wrongFirmware, ...wrongPages];

  it('exists for every constraint', () => {
    expect(all.map(({ id }) => id).sort()).toEqual(constraintRows.map(({ id }) => id).sort());
  });

  it.each(all)('breaks $id and only it when it $mistake', async wrong => {
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
