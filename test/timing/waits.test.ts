/** The checker and the waits of parts beside the AT90S1200: pages, EEPROM, fuses, polling in all its kinds. */

import { describe, expect, it } from 'vitest';
import {
  atmega8,
  constraintsFor,
  type Device,
  devices,
  instruction,
  type Measurement,
  TimingChecker,
} from '../../simulator/index.ts';
import { type Bench, entered } from '../simulator/bench.ts';

/** An ATmega8 that can be asked whether it is ready, as its younger siblings can. */
const polled: Device = {
  ...atmega8,
  instructions: [
    ...atmega8.instructions,
    instruction('Poll RDY/BSY', '1111 0000 0000 0000 xxxx xxxx xxxx xxxo'),
  ],
};

/** What the checker says of one constraint after `act`. */
function measured(id: string, act: (bench: Bench) => void, target: Device = polled): Measurement {
  const bench = entered({ target });
  const checker = new TimingChecker(bench.board);
  bench.enter();
  act(bench);
  return checker.finish().constraints.find(row => row.id === id)!;
}

/** A page with one word in it, then whatever comes next. */
const afterPage = (next: (bench: Bench) => void) =>
  measured('tWD_FLASH', bench => {
    bench.instruct('Load Program Memory Page', { address: 2, data: 0x5a });
    bench.instruct('Load Program Memory Page', { address: 2, high: true, data: 0xff });
    bench.instruct('Write Program Memory Page', { address: 1 });
    next(bench);
  });

/** Does something every half millisecond for six of them, then something else. */
const often = (poll: (bench: Bench) => void) => (bench: Bench) => {
  for (let i = 0; i < 12; i++) {
    poll(bench);
    bench.ms(0.2);
  }
  bench.instruct('Read Signature');
};

const wait = (ms: number) => (bench: Bench) => {
  bench.ms(ms);
  bench.instruct('Read Signature');
};

describe('the constraints of a part', () => {
  const ids = (name: string) => constraintsFor({ device: devices[name] }).map(({ id }) => id);

  it('are those for which it has a number', () => {
    expect(ids('atmega8')).toEqual(
      expect.arrayContaining(['tWD_FLASH', 'tWD_EEPROM', 'tWD_FUSE', 'tWD_ERASE']),
    );
    expect(ids('atmega8')).not.toEqual(expect.arrayContaining(['tWD_PROG']));
    expect(ids('atmega8')).not.toEqual(expect.arrayContaining(['erase ended']));
    expect(ids('at90s2313')).toEqual(ids('at90s1200'));
  });

  it('follow the clock where the datasheet does', () => {
    const high = (targetXtal: number) => constraintsFor({ device: atmega8, targetXtal })[0];
    expect(high(11_999_999)).toMatchObject({ id: 'tSHSL', min: 2, over: true });
    expect(high(12_000_000)).toMatchObject({ id: 'tSHSL', min: 3, over: true });
  });

  it.each(Object.values(devices))('of the $name name its own datasheet', device => {
    const isp = constraintsFor({ device }).filter(({ id }) => /^t[SOW]/.test(id));
    expect(isp.length).toBeGreaterThanOrEqual(7);
    for (const { id, source } of isp) expect(source, id).toContain(device.name);
  });
});

describe('after a page', () => {
  it('4.5 ms are enough', () => {
    expect(afterPage(wait(4.5))).toMatchObject({ met: true, count: 1, violations: 0 });
  });

  it('4.4 ms are not', () => {
    const row = afterPage(wait(4.4));
    expect(row).toMatchObject({ met: false, count: 1, violations: 1 });
    expect(row.first?.about).toBe('Write Program Memory Page 0x01');
  });

  it('reading a byte of it until it is there is enough', () => {
    const read = (bench: Bench) => bench.instruct('Read Program Memory', { address: 34 });
    expect(afterPage(often(read))).toMatchObject({ met: true, count: 1, worst: undefined });
  });

  it('reading one that is FF anyway proves nothing', () => {
    const read = (bench: Bench) => void bench.instruct('Read Program Memory', { address: 34, high: true });
    const once = (bench: Bench) => {
      read(bench);
      bench.instruct('Read Signature');
    };
    expect(afterPage(once)).toMatchObject({ met: false });
    expect(afterPage(often(read))).toMatchObject({ met: true, worst: expect.closeTo(6.25, 0) });
  });

  it('reading another page is too early', () => {
    const row = afterPage(bench => void bench.instruct('Read Program Memory', { address: 64 }));
    expect(row).toMatchObject({ met: false });
  });

  it('asking for RDY/BSY until it is ready is enough', () => {
    expect(afterPage(often(bench => bench.instruct('Poll RDY/BSY')))).toMatchObject({ met: true, count: 1 });
  });

  it('asking for RDY/BSY and going on all the same is not', () => {
    const row = afterPage(bench => {
      expect(bench.instruct('Poll RDY/BSY')).toBe(1);
      bench.instruct('Read Signature');
    });
    expect(row).toMatchObject({ met: false });
  });

  it('RESET has to wait, too', () => {
    expect(afterPage(bench => bench.release())).toMatchObject({ met: false });
  });
});

describe('a byte for the page buffer', () => {
  it('needs no wait', () => {
    const row = measured('tWD_FLASH', bench => {
      for (const address of [0, 1, 2]) bench.instruct('Load Program Memory Page', { address, data: 1 });
    });
    expect(row).toMatchObject({ count: 0, met: true });
  });
});

describe('the other waits of an ATmega8', () => {
  it.each([
    ['tWD_EEPROM', 'Write EEPROM', 9],
    ['tWD_FUSE', 'Write Fuse Bits', 4.5],
    ['tWD_FUSE', 'Write Fuse High Bits', 4.5],
    ['tWD_FUSE', 'Write Lock Bits', 4.5],
    ['tWD_ERASE', 'Chip Erase', 9],
  ] as const)('%s: %s takes %s ms', (id, operation, ms) => {
    const at = (time: number) =>
      measured(id, bench => {
        bench.instruct(operation, operation === 'Chip Erase' ? {} : { data: 0xef });
        wait(time)(bench);
      });
    expect(at(ms)).toMatchObject({ met: true, count: 1 });
    expect(at(ms - 0.1)).toMatchObject({ met: false, count: 1 });
  });

  it('a chip erase needs no RESET', () => {
    const bench = entered({ target: atmega8 });
    const checker = new TimingChecker(bench.board);
    bench.enter();
    bench.instruct('Chip Erase');
    wait(9)(bench);
    const isp = checker.finish().constraints.filter(({ group }) => group === 'isp');
    expect(isp.filter(({ met }) => !met)).toEqual([]);
    expect(bench.findings).toEqual([]);
  });
});
