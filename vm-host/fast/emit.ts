/**
 * Writes a {@link Tree} as one JavaScript function of the processor `c`, the I/O space `io` and the clocks that are
 * `left`: instructions that begin in them may run, and nothing but the program acts until they are over.
 *
 * Registers are local variables while the function runs. It is left with everything where the interpreter
 * would have put it: registers, SREG, program counter, clock, stack.
 */
import type { IoSpace } from '../io.ts';
import type { Path } from './path.ts';
import type { End, Stretch, Tree } from './tree.ts';
import { statusByte } from './value.ts';
import { type Wait, WaitFinder } from './waits.ts';

/** The text of the function's body; its parameters are h (helpers), c, io and left. */
export function emit(tree: Tree, io: IoSpace): string {
  return new Emitter(tree, io).text();
}

class Emitter {
  /** Registers that some round changes: their place in the register file is out of date ever after. */
  private readonly kept: ReadonlySet<number>;

  constructor(
    private readonly tree: Tree,
    private readonly io: IoSpace,
  ) {
    this.kept = new Set(tree.rounds.flatMap(changedRegisters));
  }

  text(): string {
    const loops = this.tree.rounds.length > 0;
    const body = this.stretch(this.tree.root);
    return [
      'const R = c.r;',
      'const depth = c.depth;',
      'const base = c.cycle;',
      'let t = 0;',
      'let s = c.sreg;',
      ...[...new Set([...this.tree.used, ...this.kept])].map(number => `let r${number} = R[${number}];`),
      loops ? `round: for (;;) {\n${body}\n}` : body,
    ].join('\n');
  }

  private stretch({ path, lines, end }: Stretch): string {
    return [...lines, this.end(path, end)].join('\n');
  }

  private end(path: Path, end: End): string {
    switch (end.kind) {
      case 'leave':
        return this.leave(path);
      case 'again':
        return this.again(path);
      case 'perform':
        return this.leave(path, 'c.execute();');
      case 'write':
        return this.write(path, end);
      case 'return':
        return this.ret(path);
      case 'branch':
        return `if (${end.test}) {\n${this.stretch(end.yes)}\n} else {\n${this.stretch(end.no)}\n}`;
      case 'call':
        return this.call(path, end);
      case 'time':
        return `if (t + ${end.next.last} >= left) {\n${this.leave(path)}\n}\n${this.stretch(end.next)}`;
    }
  }

  /** Puts everything where the interpreter expects it. */
  private leave(path: Path, last = ''): string {
    const registers = new Set([...this.kept, ...changedRegisters(path)]);
    const sreg = statusByte(path.flags);
    return [
      ...[...registers].map(number => `R[${number}] = ${path.registers[number].js};`),
      ...(sreg === 's' && !this.changesFlags ? [] : [`c.sreg = ${sreg};`]),
      ...(path.calls.length > 0 ? [`c.depth = depth + ${path.calls.length};`] : []),
      `c.pc = ${path.pc};`,
      `c.cycle = ${path.now};`,
      last,
      'return;',
    ].join('\n');
  }

  private get changesFlags(): boolean {
    return this.tree.rounds.some(path => changedFlags(path) !== 0);
  }

  private write(path: Path, { address, value, clocks }: Extract<End, { kind: 'write' }>): string {
    const { pc } = path;
    const next = `c.pc = ${(pc + 1) % this.words};`;
    // a stall of the EEPROM moves c.cycle in between
    const write = `io[${address}].write(${value}, ${path.now} + ${clocks}, ${pc});\nc.cycle += ${clocks};`;
    if (!this.io[address]!.show) return this.leave(path, `${next}\n${write}`);
    const show = `io[${address}].show(${value}, c.cycle += ${clocks}, ${pc});`;
    // nothing else is due before the next instruction, or with it
    const free = `t + ${path.offset + clocks} < left`;
    return this.leave(path, `${next}\nif (${free}) ${show}\nelse {\n${write}\n}`);
  }

  private get words(): number {
    return this.tree.flashWords;
  }

  private ret(path: Path): string {
    const take = 'c.pc = c.stack[depth - 1];\nc.depth = depth - 1;\nc.cycle += 4;';
    return `if (depth === 0) {\n${this.leave(path, 'c.execute();')}\n}\n${this.leave(path, take)}`;
  }

  private call(path: Path, { level, back, next }: Extract<End, { kind: 'call' }>): string {
    return [
      `if (depth + ${level} >= c.stack.length) {\n${this.leave(path, 'c.execute();')}\n}`,
      `c.stack[depth + ${level}] = ${back};`,
      `if (c.maxDepth < depth + ${level + 1}) c.maxDepth = depth + ${level + 1};`,
      this.stretch(next),
    ].join('\n');
  }

  /** Back at the head: the next round runs when there is time for any of its ways. */
  private again(path: Path): string {
    const { last } = this.tree.root;
    const wait = new WaitFinder(path, this.io, path.offset).find();
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
   * them is run; where it could leave before it has set all that a round sets, one round less is counted.
   */
  private skip(path: Path, { counters, bounds }: Wait): string[] {
    const { last } = this.tree.root;
    const { offset } = path;
    const spare = this.leavesFresh(path, counters) ? '' : ' - 1';
    return [
      'let rounds = 0;',
      `if (left - next > ${2 * offset + last}) {`,
      `rounds = ((left - ${1 + last} - next) / ${offset}) | 0;`,
      ...bounds.map(
        bound => `if (rounds > 0) {\nconst most = ${bound}${spare};\nif (most < rounds) rounds = most;\n}`,
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

  /** True when every way on sets all that this round sets, counters apart: the round before does not matter. */
  private leavesFresh(round: Path, counters: Wait['counters']): boolean {
    const counting = new Set(counters.flatMap(({ registers }) => registers));
    const set = changedRegisters(round).filter(number => !counting.has(number));
    const flags = changedFlags(round);
    return [...this.tree.exits, ...this.tree.rounds].every(path => {
      const own = new Set(changedRegisters(path));
      return (flags & ~changedFlags(path)) === 0 && set.every(number => own.has(number));
    });
  }

  private nextRound(path: Path, wait: Wait | undefined): string[] {
    const counted = new Map(
      wait?.counters.flatMap(({ registers }, i) =>
        registers.map((number, place) => [number, `n${i} >> ${8 * place} & 255`] as const),
      ),
    );
    const changed = changedRegisters(path);
    const sreg = statusByte(path.flags);
    return [
      // all are read before one is set
      ...changed.map(number => `const m${number} = ${counted.get(number) ?? path.registers[number].js};`),
      ...(this.tree.flagsUsed & changedFlags(path) ? [`s = ${sreg};`] : []),
      ...changed.map(number => `r${number} = m${number};`),
    ];
  }
}

function changedRegisters(path: Path): number[] {
  return path.registers.flatMap((value, number) =>
    value.kind === 'register' && value.number === number ? [] : [number],
  );
}

/** Bits of SREG that are not as they were at the head. */
function changedFlags(path: Path): number {
  return path.flags.reduce((mask, { kind }, bit) => (kind === 'before' ? mask : mask | (1 << bit)), 0);
}
