/**
 * Writes {@link Tree}s as one JavaScript function of the engine `f` and the clocks that are `left`: instructions
 * that begin in them may run, and nothing but the program acts until they are over. A way that leaves one tree
 * at the head of another goes on there, inside the same function, as long as there is time.
 *
 * Registers are local variables while a tree runs. Between trees the register file and the stack are up to date,
 * and program counter, clock and SREG are `pc`, `base` and `s`. The function is left with everything where the
 * interpreter would have put it.
 */
import { I } from '../core.ts';
import type { IoSpace } from '../io.ts';
import type { Path } from './path.ts';
import { destinations, type End, type Stretch, type Tree } from './tree.ts';
import { statusByte } from './value.ts';
import { findWait, type Wait } from './waits.ts';

/** The text of the function's body; its parameters are h (helpers), lasts (by address), f and left. */
export function emit(trees: ReadonlyMap<number, Tree>, io: IoSpace): string {
  const order = chain(trees);
  return [
    'const c = f.cpu;',
    'const io = f.io;',
    'const R = c.r;',
    'const S = c.stack;',
    'let pc = c.pc;',
    'let base = c.cycle;',
    'let s = c.sreg;',
    'run: for (;;) {\nswitch (pc) {',
    ...order.map((tree, i) => new Emitter(tree, trees, io, order[i + 1]?.head).text()),
    '}\n}',
  ].join('\n');
}

/** The trees so that one leads to the next where that can be: then no jump is needed. */
function chain(trees: ReadonlyMap<number, Tree>): Tree[] {
  const rest = new Map(trees);
  const order: Tree[] = [];
  while (rest.size > 0) {
    const last = order[order.length - 1];
    const next = last && destinations(last).find(head => rest.has(head));
    const tree = rest.get(next ?? [...rest.keys()][0])!;
    rest.delete(tree.head);
    order.push(tree);
  }
  return order;
}

class Emitter {
  /** Registers that some round changes: their place in the register file is out of date ever after. */
  private readonly kept: ReadonlySet<number>;

  constructor(
    private readonly tree: Tree,
    /** By their heads. */
    private readonly trees: ReadonlyMap<number, Tree>,
    private readonly io: IoSpace,
    /** The head of the tree that stands after this one. */
    private readonly following: number | undefined,
  ) {
    this.kept = new Set(tree.rounds.flatMap(({ changed }) => changed));
  }

  text(): string {
    const loops = this.tree.rounds.length > 0;
    const body = this.stretch(this.tree.root);
    return [
      `case ${this.tree.head}: {`,
      'const depth = c.depth;',
      'let t = 0;',
      ...[...new Set([...this.tree.used, ...this.kept])].map(number => `let r${number} = R[${number}];`),
      loops ? `round: for (;;) {\n${body}\n}` : body,
      '}',
    ].join('\n');
  }

  private stretch({ path, lines, end }: Stretch): string {
    return [...lines, this.end(path, end)].join('\n');
  }

  private end(path: Path, end: End): string {
    switch (end.kind) {
      case 'leave':
        return this.link(path);
      case 'again':
        return this.again(path);
      case 'perform':
        return this.perform(path);
      case 'write':
        return this.write(path, end);
      case 'return':
        return this.ret(path, end.letsIn);
      case 'branch':
        return `if (${end.test}) {\n${this.stretch(end.yes)}\n} else {\n${this.stretch(end.no)}\n}`;
      case 'call':
        return this.call(path, end);
      case 'time':
        return `if (t + ${end.next.last} >= left) {\n${this.leave(path)}\n}\n${this.stretch(end.next)}`;
    }
  }

  /** Registers and stack to their places. */
  private settle(path: Path): string[] {
    const registers = new Set([...this.kept, ...path.changed]);
    return [
      ...[...registers].map(number => `R[${number}] = ${path.registers[number].js};`),
      ...(path.calls.length > 0 ? [`c.depth = depth + ${path.calls.length};`] : []),
    ];
  }

  /** Puts everything where the interpreter expects it, and ends. */
  private leave(path: Path): string {
    return [...this.settle(path), ...this.stand(path), 'return;'].join('\n');
  }

  private stand(path: Path): string[] {
    return [`c.sreg = ${statusByte(path.flags)};`, `c.pc = ${path.pc};`, `c.cycle = ${path.now};`];
  }

  /** Goes on in the tree that begins here, where there is one and time for it. */
  private link(path: Path): string {
    const next = this.trees.get(path.pc);
    if (!next) return this.leave(path);
    const sreg = statusByte(path.flags);
    return [
      ...this.settle(path),
      `base = ${path.now};`,
      `left -= t + ${path.offset};`,
      `if (${next.root.last} >= left) {`,
      ...[`c.sreg = ${sreg};`, `c.pc = ${path.pc};`, 'c.cycle = base;', 'return;', '}'],
      // flags that the next tree does not look at, it sets on every way out
      ...(next.flagsUsed & changedFlags(path) ? [`s = ${sreg};`] : []),
      `pc = ${path.pc};`,
      this.goOn(path.pc),
    ].join('\n');
  }

  /** To the tree that begins there. */
  private goOn(head: number): string {
    if (head !== this.following) return 'continue run;';
    return this.tree.rounds.length > 0 ? 'break round;' : '';
  }

  /** The interpreter does the instruction at hand. */
  private perform(path: Path): string {
    return [
      ...this.settle(path),
      ...this.stand(path),
      'c.execute();',
      'pc = c.pc;',
      'left = f.room(pc);',
      'if (lasts[pc] >= left) return;',
      ...['base = c.cycle;', 's = c.sreg;', 'continue run;'],
    ].join('\n');
  }

  private write(path: Path, { address, value, clocks }: Extract<End, { kind: 'write' }>): string {
    const { pc } = path;
    const next = (pc + 1) % this.tree.flashWords;
    return [
      `const value = ${value};`,
      ...this.settle(path),
      `c.sreg = ${statusByte(path.flags)};`,
      `c.pc = ${next};`,
      ...(this.io[address]!.show ? this.show(path, address, clocks) : this.writeAt(path, address, clocks)),
      ...this.afterWrite(next),
    ].join('\n');
  }

  /** Shown at once when nothing else is due before the next instruction, or with it. */
  private show(path: Path, address: number, clocks: number): string[] {
    return [
      `c.cycle = base = ${path.now} + ${clocks};`,
      `if (t + ${path.offset + clocks} < left) io[${address}].show(value, ${path.pc});`,
      `else io[${address}].write(value, base, ${path.pc});`,
    ];
  }

  /** A stall of the EEPROM moves c.cycle in between. */
  private writeAt(path: Path, address: number, clocks: number): string[] {
    return [
      `c.cycle = ${path.now};`,
      `io[${address}].write(value, ${path.now} + ${clocks}, ${path.pc});`,
      `base = c.cycle += ${clocks};`,
    ];
  }

  private afterWrite(next: number): string[] {
    const tree = this.trees.get(next);
    if (!tree) return ['return;'];
    return [
      `left = f.room(${next});`,
      `if (${tree.root.last} >= left) return;`,
      ...['base = c.cycle;', 's = c.sreg;', `pc = ${next};`, this.goOn(next)],
    ];
  }

  private ret(path: Path, letsIn: boolean): string {
    const sreg = statusByte(path.flags);
    const stand = ['c.sreg = s;', 'c.pc = pc;', 'c.cycle = base;'];
    // interrupts may come from here on, but for the boundary just reached; and who is rung may reset the chip
    const letIn = [
      ...stand,
      'c.holdInterrupts(0);',
      'left = f.room(pc);',
      'if (lasts[pc] >= left) return;',
      'base = c.cycle;',
      's = c.sreg;',
    ];
    const goBack = [`left -= t + ${path.offset + 4};`, 'if (lasts[pc] >= left) {', ...stand, 'return;', '}'];
    return [
      `if (depth === 0) {\n${this.perform(path)}\n}`,
      ...this.settle(path),
      `s = ${letsIn ? `${sreg} | ${I}` : sreg};`,
      `base = ${path.now} + 4;`,
      'pc = S[depth - 1];',
      'c.depth = depth - 1;',
      ...(letsIn ? letIn : goBack),
      'continue run;',
    ].join('\n');
  }

  private call(path: Path, { level, back, next }: Extract<End, { kind: 'call' }>): string {
    return [
      `if (depth + ${level} >= S.length) {\n${this.perform(path)}\n}`,
      `S[depth + ${level}] = ${back};`,
      `if (c.maxDepth < depth + ${level + 1}) c.maxDepth = depth + ${level + 1};`,
      this.stretch(next),
    ].join('\n');
  }

  /** Back at the head: the next round runs when there is time for any of its ways. */
  private again(path: Path): string {
    const { last } = this.tree.root;
    const wait = findWait(path, this.io);
    return [
      `let next = t + ${path.offset};`,
      ...(wait ? this.skip(path, wait) : []),
      // not after rounds were counted: one was left
      `if (next + ${last} >= left) {\n${this.leave(path)}\n}`,
      ...this.nextRound(path, wait),
      't = next;',
      'continue round;',
    ].join('\n');
  }

  /**
   * Counts rounds instead of running them: as many as surely go this same way and have the time. The one after
   * them is run to its end; where it could leave before it has set all that a round sets, one round less is counted.
   */
  private skip(path: Path, wait: Wait): string[] {
    const { counters, bounds } = wait;
    const { longest } = this.tree;
    const { offset } = path;
    const spare = this.leavesFresh(path, wait) ? '' : ' - 1';
    const conditions = [`left - next > ${2 * offset + longest}`, ...unchanged(path, wait)];
    return [
      'let rounds = 0;',
      `if (${conditions.join(' && ')}) {`,
      `rounds = ((left - ${1 + longest} - next) / ${offset}) | 0;`,
      ...bounds.map(
        bound => `if (rounds > 0) {\nconst most = (${bound})${spare};\nif (most < rounds) rounds = most;\n}`,
      ),
      'if (rounds > 0) {',
      `next += rounds * ${offset};`,
      '} else rounds = 0;',
      '}',
      ...counters.map(
        ({ value, step, registers }, i) =>
          `const n${i} = rounds === 0 ? ${value} : h.moved(${value}, rounds, ${step}, ${256 ** registers.length});`,
      ),
    ];
  }

  /** True when every way on sets all that this round sets, counters and what stays apart: the round before does not matter. */
  private leavesFresh(round: Path, { counters, assumed }: Wait): boolean {
    const exact = new Set([...counters.flatMap(({ registers }) => registers), ...assumed.registers]);
    const set = round.changed.filter(number => !exact.has(number));
    const flags = changedFlags(round) & ~assumed.flags;
    // what a way takes over from the round before has to be what that one really left
    if (flags & this.tree.flagsUsed || set.some(number => this.tree.used.has(number))) return false;
    return [...this.tree.exits, ...this.tree.rounds].every(path => {
      const own = new Set(path.changed);
      if (round.restarts && !path.restarts) return false;
      return (flags & ~changedFlags(path)) === 0 && set.every(number => own.has(number));
    });
  }

  private nextRound(path: Path, wait: Wait | undefined): string[] {
    const counted = new Map(
      wait?.counters.flatMap(({ registers }, i) =>
        registers.map((number, place) => [number, `n${i} >> ${8 * place} & 255`] as const),
      ),
    );
    const { changed } = path;
    const sreg = statusByte(path.flags);
    return [
      // all are read before one is set
      ...changed.map(number => `const m${number} = ${counted.get(number) ?? path.registers[number].js};`),
      ...(this.tree.flagsUsed & changedFlags(path) ? [`s = ${sreg};`] : []),
      ...changed.map(number => `r${number} = m${number};`),
    ];
  }
}

/** Conditions for counting: what a wait takes to stay is as it was at the head. */
function unchanged({ registers, flags }: Path, { assumed }: Wait): string[] {
  const same = [...assumed.registers].map(number => `r${number} === ${registers[number].js}`);
  const mask = assumed.flags;
  return mask === 0 ? same : [...same, `((s ^ (${statusByte(flags)})) & ${mask}) === 0`];
}

/** Bits of SREG that are not as they were at the head. */
function changedFlags(path: Path): number {
  return path.flags.reduce((mask, { kind }, bit) => (kind === 'before' ? mask : mask | (1 << bit)), 0);
}
