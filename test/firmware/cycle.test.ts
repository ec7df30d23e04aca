import { beforeAll, describe, expect, it } from 'vitest';
import { type BuiltFirmware, buildFirmware } from '../../compiler/index.ts';
import { Board, type BoardOptions, parseSession, program, replay } from '../../simulator/index.ts';
import { Machine } from '../../vm-host/machine.ts';

const flash = Uint8Array.from({ length: 64 }, (_, i) => (i * 73 + 41) & 0xff);

const build = (XTAL: number, BAUD: number) =>
  buildFirmware({ entry: 'firmware/main.ts', defines: { XTAL, BAUD } });

function boardWith({ image }: BuiltFirmware, options: Partial<BoardOptions>): Board {
  return new Board({ programmer: new Machine({ words: image.words }), vcc: 4, ...options });
}

/** Per cent by which the host's rate may differ. */
const rates: [xtal: number, baud: number, slow: number, fast: number][] = [
  [4_000_000, 9600, -4, 5],
  [4_000_000, 19_200, -5, 5],
  [4_000_000, 38_400, -5, 4],
  [4_000_000, 57_600, -4, 5],
  [4_000_000, 115_200, -2, 2],
  [8_000_000, 115_200, -4, 5],
  [12_000_000, 9600, -4, 5],
];

describe.each(rates)('the compiled firmware at %i Hz and %i baud', (xtal, baud, slow, fast) => {
  let built: BuiltFirmware;

  beforeAll(async () => {
    built = await build(xtal, baud);
  });

  const board = (baudError = 0) =>
    boardWith(built, { xtal, baud, baudError: baudError / 100, targetXtal: 1_000_000 });

  it('fits the chip', () => {
    // the published firmware takes 501 words at 4 MHz
    expect(built.image.words.length).toBeLessThanOrEqual(xtal === 4_000_000 ? 500 : 512);
    expect(built.image.stackLevels).toBeLessThanOrEqual(3);
  });

  it.each([slow, 0, fast])('programs and verifies a target at 1 MHz for a host off by %i %%', error => {
    const { run, findings, line, target } = bound(board(error));
    expect(run(program(flash)).problem).toBeUndefined();
    expect(findings.list).toEqual([]);
    expect(line.frameErrors).toBe(0);
    expect(target!.flash.subarray(0, 64)).toEqual(flash);
  });

  it('takes the data of each command when it follows back to back', () => {
    const session = '5413 1\n50 1\n7801 1\n7901 1\n66df 1\n3a300001 2\n2e30000200 2\n410123 1\n6c07 1\n70 1';
    const { replies } = board().run(replay(parseSession(session)));
    expect(Buffer.concat(replies).toString('hex')).toBe('0d0d0d0d3f900d010d0d0d53');
  });

  it('keeps SCK at least as long as a target at 1 MHz wants', () => {
    const { run, sck } = bound(board());
    run(program(flash));
    expect(sck.high.min * 1_000_000).toBeGreaterThan(4 * xtal);
    expect(sck.low.min * 1_000_000).toBeGreaterThan(2 * xtal);
  });
});

/** A board's parts, with `run` as a function of its own. */
function bound(board: Board) {
  const { findings, line, target, sck } = board;
  return { run: board.run.bind(board), findings, line, target, sck };
}

describe('bits on TXD', () => {
  it('begin within 5 cycles of whole multiples of 208 from the start edge', async () => {
    const board = boardWith(await build(4_000_000, 19_200), {});
    const edges: number[] = [];
    board.nets.TXD.watch(({ time }) => edges.push(time));
    board.run(replay(parseSession('61 1')));
    const offsets = edges.map(time => (time - edges[0]) % 208);
    expect(edges.length).toBeGreaterThan(4);
    for (const offset of offsets) expect(Math.min(offset, 208 - offset)).toBeLessThanOrEqual(5);
  });
});
