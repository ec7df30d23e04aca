/**
 * The waveform viewer of the page. It runs in the browser: the function is written into the page as text, so it
 * uses nothing but its arguments and the document.
 */

import type { PageData, WaveData, WaveEdge } from './data.ts';
import type { wirePath } from './wire-path.ts';

export function viewer(path: typeof wirePath, data: PageData): void {
  const LABEL = 82;
  const ROW = 30;
  const TOP = 50;
  const NS = 'http://www.w3.org/2000/svg';
  const plot = document.getElementById('plot') as unknown as SVGSVGElement;
  const hint = document.getElementById('hint')!;
  const buttons = [...document.querySelectorAll<HTMLElement>('[data-wave]')];
  const sources = [...document.querySelectorAll<HTMLElement>('[data-source]')];
  let wave: WaveData = data.waves[data.chosen];
  let view: [number, number] = [wave.view[0], wave.view[1]];
  const pointers = new Map<number, number>();

  const make = (name: string, attributes: Record<string, string | number>, text?: string) => {
    const element = document.createElementNS(NS, name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, String(value));
    if (text !== undefined) element.textContent = text;
    plot.append(element);
    return element;
  };
  const width = () => plot.clientWidth || 800;
  const x = (at: number) => LABEL + ((at - view[0]) / (view[1] - view[0])) * (width() - LABEL - 8);
  const cycleAt = (px: number) => view[0] + ((px - LABEL) / (width() - LABEL - 8)) * (view[1] - view[0]);
  const clip = (px: number) => Math.max(LABEL, Math.min(width() - 8, px));
  const time = (cycles: number) => {
    const seconds = Math.abs(cycles / data.xtal);
    const sign = cycles < 0 ? '\u2212' : '';
    if (seconds === 0) return '0';
    if (seconds >= 1) return `${sign}${Number(seconds.toFixed(3))} s`;
    if (seconds >= 1e-3) return `${sign}${Number((seconds * 1e3).toFixed(3))} ms`;
    if (seconds >= 1e-6) return `${sign}${Number((seconds * 1e6).toFixed(2))} \u00b5s`;
    return `${sign}${Math.round(seconds * 1e9)} ns`;
  };

  /** A step of 1, 2 or 5 times a power of ten of seconds that leaves some 100 pixels between ticks. */
  const tickStep = () => {
    const wanted = ((view[1] - view[0]) / data.xtal) * (100 / Math.max(100, width() - LABEL));
    const power = 10 ** Math.floor(Math.log10(wanted));
    const factor = [1, 2, 5, 10].find(one => one * power >= wanted) ?? 10;
    return factor * power * data.xtal;
  };
  const drawScale = (bottom: number) => {
    const step = tickStep();
    for (let k = Math.ceil((view[0] - wave.from) / step); wave.from + k * step <= view[1]; k++) {
      const px = x(wave.from + k * step);
      if (px < LABEL) continue;
      make('line', { class: 'grid', x1: px, x2: px, y1: TOP - 32, y2: bottom });
      if (px < width() - 26) make('text', { class: 'tick', x: px, y: 12 }, time(k * step));
    }
  };
  const drawMarks = (bottom: number) => {
    const [a, b] = [x(wave.from), x(wave.to)];
    const kind = wave.met ? 'mark' : 'mark bad';
    if (b > LABEL && a < width())
      make('rect', {
        class: `${kind} area`,
        x: clip(a),
        y: TOP - 8,
        width: Math.max(0, clip(b) - clip(a)),
        height: bottom - TOP + 8,
      });
    for (const px of [a, b]) {
      if (px >= LABEL && px <= width())
        make('line', { class: kind, x1: px, x2: px, y1: TOP - 12, y2: bottom });
    }
    const middle = Math.max(LABEL + 40, Math.min(width() - 48, (clip(a) + clip(b)) / 2));
    make('text', { class: `${kind} label`, x: middle, y: TOP - 14 }, wave.value);
  };
  const levelY = (level: number | string, y: number) =>
    level === 1 ? y + 5 : level === 0 ? y + ROW - 9 : y + ROW / 2 - 2;
  const drawNet = (net: WaveData['nets'][number], y: number) => {
    make('text', { class: 'name', x: 4, y: y + ROW / 2 + 2 }, net.name);
    const geometry = { view, x, levelY: (level: WaveEdge[1]) => levelY(level, y), left: LABEL };
    make('path', { class: 'wire', d: path(net, { ...geometry, right: width() - 8 }) });
    const inside = net.edges.filter(([at]: WaveEdge) => at > view[0] && at <= view[1]);
    const moments: WaveEdge[] = [[view[0], levelBefore(net), -1], ...inside, [view[1], 'z', -1]];
    moments.slice(1).forEach(([at], i) => {
      if (moments[i][1] === 'z') floating(moments[i][0], at, y);
    });
  };
  const levelBefore = (net: WaveData['nets'][number]) =>
    net.edges.findLast(([at]: WaveEdge) => at <= view[0])?.[1] ?? net.initial;
  const floating = (from: number, to: number, y: number) =>
    make('rect', {
      class: 'float',
      x: clip(x(from)),
      y: y + 5,
      width: Math.max(0, clip(x(to)) - clip(x(from))),
      height: ROW - 14,
    });
  const drawRow = (row: WaveData['rows'][number], y: number) => {
    make('text', { class: 'name small', x: 4, y: y + ROW / 2 + 2 }, row.name);
    for (const [start, end, text] of row.spans) {
      if (end < view[0] || start > view[1]) continue;
      const [a, b] = [clip(x(start)), clip(x(end))];
      const box = make('rect', {
        class: 'span',
        x: a,
        y: y + 4,
        width: Math.max(1.5, b - a),
        height: ROW - 11,
        rx: 3,
      });
      const title = document.createElementNS(NS, 'title');
      title.textContent = text[0];
      box.append(title);
      const fitting = text.find(words => words.length * 6.6 < b - a - 6);
      if (fitting) make('text', { class: 'words', x: (a + b) / 2, y: y + ROW / 2 + 3 }, fitting);
    }
  };
  const draw = () => {
    plot.replaceChildren();
    const nets = wave.nets.filter(net => net.edges.length > 0 || net.name === 'RESET' || net.name === 'SCK');
    const rows = wave.rows.filter(row => row.spans.length > 0);
    const bottom = TOP + (nets.length + rows.length) * ROW;
    plot.setAttribute('height', String(bottom + 6));
    drawScale(bottom);
    for (const [i, net] of nets.entries()) drawNet(net, TOP + i * ROW);
    for (const [i, row] of rows.entries()) drawRow(row, TOP + (nets.length + i) * ROW);
    drawMarks(bottom);
  };

  const limit = () => {
    const [low, high] = wave.span;
    const size = Math.min(high - low, Math.max(12, view[1] - view[0]));
    const from = Math.max(low, Math.min(high - size, view[0]));
    view = [from, from + size];
  };
  const zoom = (factor: number, around = (view[0] + view[1]) / 2) => {
    view = [around - (around - view[0]) * factor, around + (view[1] - around) * factor];
    limit();
    draw();
  };
  const pan = (cycles: number) => {
    view = [view[0] + cycles, view[1] + cycles];
    limit();
    draw();
  };
  const choose = (index: number, jump: boolean) => {
    wave = data.waves[index];
    view = [wave.view[0], wave.view[1]];
    for (const button of buttons)
      button.setAttribute('aria-pressed', String(button.dataset.wave === String(index)));
    for (const source of sources) source.hidden = source.dataset.source !== String(index);
    document.getElementById('wave-name')!.textContent = `${wave.id} \u2013 ${wave.name}`;
    draw();
    if (jump) document.getElementById('waves')!.scrollIntoView({ behavior: 'smooth' });
  };
  /** What lies under the pointer: the time, and the last edge before it with its source line. */
  const tell = (px: number) => {
    const at = cycleAt(px);
    const edges = wave.nets.flatMap(net => net.edges.map(edge => ({ name: net.name, edge })));
    const near = edges
      .filter(({ edge }) => Math.abs(x(edge[0]) - px) < 12)
      .sort((a, b) => Math.abs(a.edge[0] - at) - Math.abs(b.edge[0] - at))[0];
    const what =
      near &&
      `${near.name} \u2192 ${near.edge[1]}${near.edge[2] >= 0 ? ` by ${data.lines[near.edge[2]]}` : ''}`;
    hint.textContent = `${time(at - wave.from)} after the first mark${what ? ` \u00b7 ${what}` : ''}`;
  };

  plot.addEventListener(
    'wheel',
    event => {
      event.preventDefault();
      const px = event.clientX - plot.getBoundingClientRect().left;
      zoom(event.deltaY > 0 ? 1.25 : 0.8, cycleAt(px));
    },
    { passive: false },
  );
  plot.addEventListener('pointerdown', event => {
    pointers.set(event.pointerId, event.clientX);
    plot.setPointerCapture(event.pointerId);
  });
  plot.addEventListener('pointermove', event => {
    const before = pointers.get(event.pointerId);
    const left = plot.getBoundingClientRect().left;
    if (before === undefined) return tell(event.clientX - left);
    const other = [...pointers].find(([id]) => id !== event.pointerId)?.[1];
    pointers.set(event.pointerId, event.clientX);
    if (other === undefined) pan(cycleAt(before) - cycleAt(event.clientX));
    else
      zoom(
        Math.max(8, Math.abs(before - other)) / Math.max(8, Math.abs(event.clientX - other)),
        cycleAt((event.clientX + other) / 2 - left),
      );
  });
  for (const kind of ['pointerup', 'pointercancel'] as const)
    plot.addEventListener(kind, event => pointers.delete(event.pointerId));
  plot.addEventListener('keydown', event => {
    const size = view[1] - view[0];
    const keys: Record<string, () => void> = {
      ArrowLeft: () => pan(-size / 8),
      ArrowRight: () => pan(size / 8),
      '+': () => zoom(0.7),
      '-': () => zoom(1.4),
      '0': () => choose(data.waves.indexOf(wave), false),
    };
    const act = keys[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  });
  document.getElementById('in')!.addEventListener('click', () => zoom(0.6));
  document.getElementById('out')!.addEventListener('click', () => zoom(1.7));
  document.getElementById('fit')!.addEventListener('click', () => choose(data.waves.indexOf(wave), false));
  for (const button of buttons)
    button.addEventListener('click', () => choose(Number(button.dataset.wave), button.tagName === 'A'));
  addEventListener('resize', draw);
  choose(data.chosen, false);
}
