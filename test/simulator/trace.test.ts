import { describe, expect, it } from 'vitest';
import { Net, timescaleFor, VcdTrace } from '../../simulator/index.ts';
import { Bench } from './bench.ts';

describe('the VCD trace', () => {
  it('writes what a hand would write', () => {
    const sck = new Net('SCK');
    const miso = new Net('MISO');
    const [programmer, target] = [sck.driver('PB7'), miso.driver('MISO')];
    const other = sck.driver('somebody');
    programmer.set('low', 0);
    let text = '';
    const trace = new VcdTrace([sck, miso], { xtal: 4_000_000, write: piece => (text += piece) });
    programmer.set('high', 0);
    target.set('low', 3);
    programmer.set('low', 4);
    target.set('high', 4);
    other.set('high', 10);
    target.set('float', 4_000_000);
    trace.finish(4_000_001);
    programmer.set('float', 5_000_000);
    expect(text).toBe(`$comment XTAL 4000000 Hz $end
$timescale 1 ns $end
$scope module board $end
$var wire 1 ! SCK $end
$var wire 1 " MISO $end
$upscope $end
$enddefinitions $end
#0
$dumpvars
0!
z"
$end
1!
#750
0"
#1000
0!
1"
#2500
x!
#1000000000
z"
#1000000250
`);
  });

  it.each([
    [4_000_000, '1 ns', 250, true],
    [8_000_000, '1 ns', 125, true],
    [16_000_000, '1 ps', 62_500, true],
    [3_686_400, '1 ns', 1, false],
    [12_000_000, '1 ns', 1, false],
  ] as const)('at %s Hz counts in %s', (xtal, unit, perCycle, real) => {
    expect(timescaleFor(xtal)).toEqual({ unit, perCycle, real });
  });

  it('says so where its unit is a clock period', () => {
    let text = '';
    new VcdTrace([new Net('SCK')], { xtal: 12_000_000, write: piece => (text += piece) }).finish(1);
    expect(text).toContain('$comment one unit of time is one clock period at 12000000 Hz $end');
  });

  it('passes text on piece by piece and loses none', () => {
    const net = new Net('SCK');
    const driver = net.driver('PB7');
    const pieces: string[] = [];
    const trace = new VcdTrace([net], { xtal: 4_000_000, write: piece => pieces.push(piece) });
    for (let i = 1; i <= 20_000; i++) driver.set(i % 2 ? 'high' : 'low', i);
    trace.finish(20_001);
    expect(pieces.length).toBeGreaterThan(1);
    expect(pieces.join('').match(/^[01]!$/gm)).toHaveLength(20_000);
  });

  it('is the same each time', () => {
    const run = () => {
      let text = '';
      const bench = new Bench({ targetXtal: 1_234_567, phase: 0.3 });
      const trace = new VcdTrace(Object.values(bench.board.nets), {
        xtal: 4_000_000,
        write: piece => (text += piece),
      });
      bench.enter();
      bench.signature();
      bench.release();
      trace.finish(bench.hand.cycle);
      return text;
    };
    expect(run()).toBe(run());
  });
});
