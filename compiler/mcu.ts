/**
 * The imports through which a firmware touches its chip: module "mcu", one
 * function per instruction. This table is the whole interface between the
 * AssemblyScript source and the compiler.
 */

import type { Chip } from '../vm-host/chip.ts';
import type { OrderedOp } from './ir.ts';
import type { ImportedFunction } from './wasm.ts';

/** An argument: a value in a register, or a constant that becomes part of the instruction. */
type Operand =
  | { kind: 'value'; name: string }
  | { kind: 'constant'; name: string; field: 'value' | 'bit'; max: number };

export interface McuImport {
  op: OrderedOp | 'abort';
  operands: readonly Operand[];
  hasResult: boolean;
  /** A fixed bit number that tells imports with one operation apart. */
  bit?: number;
  /** Whether `value` is an I/O address that must exist on the chip. */
  addressed: boolean;
}

const address = (max: number): Operand => ({
  kind: 'constant',
  name: 'the I/O address',
  field: 'value',
  max,
});
const bit: Operand = { kind: 'constant', name: 'the bit number', field: 'bit', max: 7 };
const value: Operand = { kind: 'value', name: 'the value' };
/** A counted loop of three registers goes this far; see delay.ts. */
const clocks: Operand = { kind: 'constant', name: 'the number of clocks', field: 'value', max: 83_000_000 };

const IMPORTS: Readonly<Record<string, McuImport>> = {
  in: { op: 'in', operands: [address(0x3f)], hasResult: true, addressed: true },
  out: { op: 'out', operands: [address(0x3f), value], hasResult: false, addressed: true },
  sbi: { op: 'sbi', operands: [address(0x1f), bit], hasResult: false, addressed: true },
  cbi: { op: 'cbi', operands: [address(0x1f), bit], hasResult: false, addressed: true },
  bit: { op: 'bit', operands: [address(0x3f), bit], hasResult: true, addressed: true },
  delay: { op: 'delay', operands: [clocks], hasResult: false, addressed: false },
  timed_begin: { op: 'mark', operands: [], hasResult: false, addressed: false },
  timed_end: { op: 'mark', operands: [clocks], hasResult: false, addressed: false, bit: 1 },
  nop: { op: 'nop', operands: [], hasResult: false, addressed: false },
  sleep: { op: 'sleep', operands: [], hasResult: false, addressed: false },
  wdr: { op: 'wdr', operands: [], hasResult: false, addressed: false },
  sei: { op: 'sei', operands: [], hasResult: false, addressed: false },
  cli: { op: 'cli', operands: [], hasResult: false, addressed: false },
};

const ABORT: McuImport = { op: 'abort', operands: [], hasResult: false, addressed: false };

/** The row of an import; undefined when the table has none of this name, parameters and result. */
export function importOf({ module, name, type }: ImportedFunction): McuImport | undefined {
  if (module === 'env' && name === 'abort') return ABORT;
  const row = module === 'mcu' && Object.hasOwn(IMPORTS, name) ? IMPORTS[name] : undefined;
  const fits = row && row.operands.length === type.params.length && row.hasResult === type.results.length > 0;
  return fits ? row : undefined;
}

/** Whether the chip has a register at this I/O address. */
export function hasRegister(chip: Chip, io: number): boolean {
  return Object.values(chip.io).includes(io);
}
