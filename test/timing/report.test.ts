import { beforeAll, describe, expect, it } from 'vitest';
import { htmlReport } from '../../report/index.ts';
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
const dataOf = (html: string) => JSON.parse(/\}\)\((\{.*\})\);<\/script>/s.exec(html)![1]);

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
      /<main>\n<header class="verdict bad">\n<h1><span>\u2717<\/span>\d limits are broken<\/h1>/,
    );
    expect(slow).toContain('constraints broken: tSHSL');
  });

  it('says of a wait that was kept by polling that it was polled', () => {
    const host = program(Uint8Array.of(0x12, 0x34), { device: at90s2313 });
    const polled = page({ target: at90s2313 }, 'polled', host);
    expect(polled).toContain('title="AT90S2313 0839G p71');
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
