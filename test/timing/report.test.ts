import { beforeAll, describe, expect, it } from 'vitest';
import { htmlReport } from '../../report/index.ts';
import { wirePath } from '../../report/wire-path.ts';
import { at90s2313, type BoardOptions, program, Recording, TimingChecker } from '../../simulator/index.ts';
import { type Built, boardWith, built, shortJob } from './build.ts';

let firmware: Built;

beforeAll(async () => {
  firmware = await built();
});

function page(options: Partial<BoardOptions> = {}, title = 'a job', host = shortJob()): string {
  const board = boardWith(firmware, options);
  const recording = new Recording(board);
  const checker = new TimingChecker(board, { where: firmware.where });
  const { problem } = board.run(host);
  recording.finish();
  const source = (file: string) => (file === 'isp.ts' ? 'one\ntwo <b>\n'.repeat(60) : undefined);
  const report = checker.finish();
  return htmlReport({ title, report, recording, problem: problem?.message, where: firmware.where, source });
}

/** What the script in the page is given. */
const dataOf = (html: string) => JSON.parse(/\}, (\{"xtal".*\})\);<\/script>/s.exec(html)![1]);

describe('the HTML report', () => {
  it('needs nothing but itself', () => {
    const html = page();
    expect(html).not.toMatch(/<(link|img|iframe)|@import|url\(|<script [^>]*src/);
    expect(html.match(/https?:[^\s'"<)]+/g)).toEqual(['http://www.w3.org/2000/svg']);
  });

  it('is the same each time', () => {
    expect(page()).toBe(page());
  });

  it('says how it stands before anything else', () => {
    expect(page()).toMatch(
      /<main>\n<header class="verdict">\n<h1><span>\u2713<\/span>All limits are kept<\/h1>/,
    );
    const slow = page({ targetXtal: 800_000 });
    expect(slow).toMatch(
      /<main>\n<header class="verdict bad">\n<h1><span>\u2717<\/span>(A limit is|\d limits are) broken<\/h1>/,
    );
    expect(slow).toContain('constraints broken: tSHSL');
  });

  it('says of a wait that was kept by polling that it was polled', () => {
    const host = program(Uint8Array.of(0x12, 0x34), { device: at90s2313 });
    const polled = page({ target: at90s2313 }, 'polled', host);
    expect(polled).toContain('title="AT90S2313 0839I p71');
    expect(polled).toMatch(/<b>tWD_PROG<\/b>.*?<td class="value worst">polled<\/td>/s);
  });

  it('has a row for every constraint and a waveform for every worst case', () => {
    const html = page();
    expect(html.match(/<tr class="good"/g)).toHaveLength(23);
    const { waves, chosen } = dataOf(html);
    expect(waves.map(({ id }: { id: string }) => id)).toContain('tWD_ERASE');
    for (const { from, to, span, nets } of waves) {
      expect(span[0]).toBeLessThanOrEqual(from);
      expect(span[1]).toBeGreaterThanOrEqual(to);
      expect(Math.max(...nets.map(({ edges }: { edges: unknown[] }) => edges.length))).toBeGreaterThan(0);
    }
    expect(html).toContain(`tightest: ${waves[chosen].id},`);
  });

  it('shows the worst case of what is broken first', () => {
    const { waves, chosen } = dataOf(page({ targetXtal: 800_000 }));
    expect(waves[chosen]).toMatchObject({
      id: 'tSHSL',
      met: false,
      value: expect.stringMatching(/^3\.\d+ clocks$/),
    });
  });

  it('shows the source with its entities escaped and the line marked', () => {
    expect(page()).toMatch(/<span class="hit"><i>\d+<\/i>(one|two &lt;b&gt;)<\/span>/);
    expect(page({}, '<script>')).toContain('<title>Timing of &lt;script&gt;</title>');
  });
});

describe('the line of a wire in the viewer', () => {
  const geometry = {
    view: [0, 100] as const,
    x: (at: number) => at,
    levelY: (level: number | string) => (level === 1 ? 5 : 25),
    left: 0,
    right: 100,
  };
  const draw = (edges: readonly (readonly [number, 0 | 1, number])[]) =>
    wirePath({ initial: 0, edges }, geometry);

  it('goes over to each edge and then to its level', () => {
    expect(
      draw([
        [10, 1, -1],
        [20, 0, -1],
      ]),
    ).toBe('M0 25H10.0V5H20.0V25H100');
  });

  it('begins with the level before the view and ends with the last one in it', () => {
    expect(
      draw([
        [-5, 1, -1],
        [20, 0, -1],
        [120, 1, -1],
      ]),
    ).toBe('M0 5H20.0V25H100');
  });

  it('goes on at the right level after a burst in one pixel, and shows the burst', () => {
    const burst = Array.from({ length: 64 }, (_, i) => [50 + i / 1000, i % 2 ? 0 : 1, -1] as const);
    expect(draw(burst)).toMatch(/^M0 25H50\.0V5(V25V5)+V25H100$/);
  });
});
