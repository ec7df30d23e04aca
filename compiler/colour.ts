/**
 * Finds a place for every register of an interference graph.
 *
 * Those that need r16..r31 are placed first, among themselves; the rest takes what is left.
 * Within each class who has few neighbours can wait: wherever these go, a place remains.
 */

import type { InterferenceGraph } from './interference.ts';
import type { Reg } from './mir.ts';
import { RegSet } from './reg-set.ts';

export const REGISTERS = 32;
export const FIRST_HIGH = 16;

const UPPER = Array.from({ length: REGISTERS - FIRST_HIGH }, (_, i) => FIRST_HIGH + i);
const LOWER = Array.from({ length: FIRST_HIGH }, (_, i) => FIRST_HIGH - 1 - i);
const UPPER_FIRST = [...UPPER, ...LOWER];
const LOWER_FIRST = [...LOWER, ...UPPER];

export interface Colouring {
  colours: number[];
  /** The first register that found no place. */
  stuck: Reg | undefined;
}

/** Colours from r16 up for the high class and from r15 down for the rest. */
export function colour(graph: InterferenceGraph): Colouring {
  return colourIn(peel(graph).order, graph);
}

/**
 * Whether every value finds a place. Safe: whatever the order in which equals are placed. Lucky: in the order that was
 * tried. Stuck: not in that one.
 */
export type Outlook = 'safe' | 'lucky' | 'stuck';

/** A cheap sufficient test, and when that fails a trial. */
export function outlook(graph: InterferenceGraph): Outlook {
  const { order, safe } = peel(graph);
  if (safe) return 'safe';
  return colourIn(order, graph).stuck === undefined ? 'lucky' : 'stuck';
}

/**
 * Whether a safe graph stays safe for sure after `reg` has become one with another: few of its neighbours
 * are hard to place, so it finds a place itself, and without it the graph is as it was.
 */
export function isEasy(graph: InterferenceGraph, reg: Reg): boolean {
  const high = graph.high.has(reg);
  const [places, counted] = high ? [REGISTERS - FIRST_HIGH, graph.high] : [REGISTERS, graph.roots];
  let hard = 0;
  graph.neighbours[reg].forEach(other => {
    if (!counted.has(other)) return;
    // the high class is placed before the rest
    const before = !high && graph.high.has(other);
    if (before || graph.neighbours[other].countIn(counted) >= places) hard++;
  });
  return hard < places;
}

/**
 * The order in which registers are coloured: the high class first among itself (16 places), then the rest
 * (32 places). `safe`: all of them find a place for sure.
 */
function peel(graph: InterferenceGraph): { order: Reg[]; safe: boolean } {
  const roots = graph.roots.toArray();
  const high = peelClass(
    graph,
    roots.filter(reg => graph.high.has(reg)),
    REGISTERS - FIRST_HIGH,
    graph.high,
  );
  const rest = peelClass(
    graph,
    roots.filter(reg => !graph.high.has(reg)),
    REGISTERS,
    graph.roots,
  );
  return { order: [...high.order, ...rest.order], safe: high.safe && rest.safe };
}

/** Takes away who has few neighbours left, again and again; where nobody has, the one with the fewest, and hopes. */
function peelClass(
  graph: InterferenceGraph,
  regs: Reg[],
  places: number,
  counted: RegSet,
): { order: Reg[]; safe: boolean } {
  const size = graph.neighbours.length;
  const degree = new Int32Array(size);
  const waiting = new RegSet(size);
  for (const reg of regs) {
    degree[reg] = graph.neighbours[reg].countIn(counted);
    waiting.add(reg);
  }
  const order: Reg[] = [];
  let safe = true;
  let work = regs.filter(reg => degree[reg] < places);
  for (const reg of work) waiting.delete(reg);
  const free = (other: Reg): void => {
    if (!waiting.has(other)) return;
    degree[other]--;
    if (degree[other] >= places) return;
    waiting.delete(other);
    work.push(other);
  };
  for (;;) {
    for (let reg = work.pop(); reg !== undefined; reg = work.pop()) {
      order.push(reg);
      graph.neighbours[reg].forEach(free);
    }
    if (order.length === regs.length) return { order: order.reverse(), safe };
    safe = false;
    const next = waiting.toArray().reduce((a, b) => (degree[b] < degree[a] ? b : a));
    waiting.delete(next);
    work = [next];
  }
}

function colourIn(order: Reg[], graph: InterferenceGraph): Colouring {
  const colours = new Array<number>(graph.neighbours.length).fill(-1);
  for (const reg of order) {
    let taken = 0;
    graph.neighbours[reg].forEach(other => {
      if (colours[other] >= 0) taken |= 1 << colours[other];
    });
    const place = placesFor(graph, reg).find(candidate => ((taken >>> candidate) & 1) === 0);
    if (place === undefined) return { colours, stuck: reg };
    colours[reg] = place;
  }
  return { colours, stuck: undefined };
}

/** The high class is placed first, so what it left over may serve others. */
function placesFor({ high, zeroed }: InterferenceGraph, reg: Reg): number[] {
  if (high.has(reg)) return UPPER;
  return zeroed.has(reg) ? UPPER_FIRST : LOWER_FIRST;
}
