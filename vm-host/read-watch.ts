/**
 * Tells a watcher which instructions look at the pins, and when.
 *
 * The operations of the image that read PINB or PIND are replaced by ones that tell
 * first and then do what they always did: all others run as before, and with nobody
 * watching nothing is slower.
 */
import type { Chip } from './chip.ts';
import type { Core } from './core.ts';
import type { Operation, Program } from './cpu.ts';
import { decode } from './isa.ts';
import type { Cycle } from './time.ts';

/** One look at pins: IN reads a whole port, SBIC and SBIS one bit of it. */
export interface PinRead {
  readonly port: 'B' | 'D';
  /** Bit number, or undefined for all eight. */
  readonly bit: number | undefined;
  /** The clock in which the instruction begins: it sees the levels of that moment. */
  readonly time: Cycle;
  readonly pc: number;
}

const READERS: ReadonlySet<string> = new Set(['in', 'sbic', 'sbis']);

interface Reader {
  readonly pc: number;
  readonly port: 'B' | 'D';
  readonly bit: number | undefined;
}

/** The words of a program that read pins. */
function readersOf(chip: Chip, program: Program): Reader[] {
  const ports = new Map<number, 'B' | 'D'>([
    [chip.io.PINB, 'B'],
    [chip.io.PIND, 'D'],
  ]);
  return [...program.words].flatMap((word, pc) => {
    const { row, operands } = decode(word) ?? {};
    if (!row || !operands || !READERS.has(row.name)) return [];
    const isIn = row.name === 'in';
    const port = ports.get(operands[isIn ? 1 : 0]);
    return port ? [{ pc, port, bit: isIn ? undefined : operands[1] }] : [];
  });
}

/** Those who want to hear of one processor's reads. */
export class ReadWatch {
  private readonly watchers = new Set<(read: PinRead) => void>();
  /** The operations as they were, while somebody watches. */
  private replaced: { readonly pc: number; readonly before: Operation }[] = [];

  /** @param core reads by any other processor that runs the same program are its own affair */
  constructor(
    private readonly chip: Chip,
    private readonly program: Program,
    private readonly core: Core & { readonly cycle: Cycle },
  ) {}

  /** True while somebody watches. */
  get active(): boolean {
    return this.watchers.size > 0;
  }

  /** Calls `watcher` before each read of pins; returns its remover. */
  add(watcher: (read: PinRead) => void): () => void {
    const own = (read: PinRead) => watcher(read);
    if (this.watchers.size === 0) this.replace();
    this.watchers.add(own);
    return () => {
      if (this.watchers.delete(own) && this.watchers.size === 0) this.putBack();
    };
  }

  private replace(): void {
    const operations = this.program.operations as Operation[];
    this.replaced = readersOf(this.chip, this.program).map(({ pc, port, bit }) => {
      const before = operations[pc];
      const run: Operation['run'] = (running, a, b) => {
        if (running === this.core) this.tell({ port, bit, time: this.core.cycle, pc });
        return before.run(running, a, b);
      };
      operations[pc] = { ...before, run };
      return { pc, before };
    });
  }

  private putBack(): void {
    for (const { pc, before } of this.replaced) (this.program.operations as Operation[])[pc] = before;
  }

  private tell(read: PinRead): void {
    for (const watcher of this.watchers) watcher(read);
  }
}
