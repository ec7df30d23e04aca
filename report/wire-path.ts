/**
 * The line of one wire in the viewer. It is written into the page as text beside the viewer, so it uses nothing but
 * its arguments.
 */

import type { WaveEdge } from './data.ts';

/** What a wire is drawn into. */
export interface WireGeometry {
  readonly view: readonly [from: number, to: number];
  /** Pixel of a moment, and the pixel at which each level runs. */
  readonly x: (at: number) => number;
  readonly levelY: (level: WaveEdge[1]) => number;
  readonly left: number;
  readonly right: number;
}

/**
 * An SVG path: over to each edge, then up or down to its level. Edges that fall into one pixel stand on top of each
 * other there, and the last of them decides where the wire goes on.
 */
export function wirePath(
  net: { readonly initial: WaveEdge[1]; readonly edges: readonly WaveEdge[] },
  { view, x, levelY, left, right }: WireGeometry,
): string {
  const before = net.edges.filter(([at]) => at <= view[0]);
  const inside = net.edges.filter(([at]) => at > view[0] && at <= view[1]);
  const first = before.length > 0 ? before[before.length - 1][1] : net.initial;
  let drawn = Number.NEGATIVE_INFINITY;
  const steps = inside.map(([at, level]) => {
    const px = x(at);
    const over = px - drawn > 0.35 ? `H${px.toFixed(1)}` : '';
    if (over) drawn = px;
    return `${over}V${levelY(level)}`;
  });
  return `M${left} ${levelY(first)}${steps.join('')}H${right}`;
}
