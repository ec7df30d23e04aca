/**
 * WebAssembly to the intermediate form.
 *
 * needs:  a module that wasm.ts has read
 * leaves: one function per WebAssembly function, in SSA, with branches instead of
 *         select, br_table and comparisons other than <, <=, =, !=
 * keeps:  the order of everything that touches the chip, a global or a function
 *
 * Locals become SSA values while the blocks are built, by the method of Braun,
 * Buchwald, Hack, Leißa, Mallon and Zwinkau (Simple and Efficient Construction of
 * Static Single Assignment Form, 2013): a loop header is left unsealed until its
 * last branch back is known.
 */

import type { Chip } from '../vm-host/chip.ts';
import { CompileError } from './diagnostic.ts';
import { constant, type Fn, makeNode, type Program, tidy } from './ir.ts';
import type { Context, Frame } from './lower-blocks.ts';
import { ValueLowering } from './lower-values.ts';
import { importOf } from './mcu.ts';
import { opcodeName } from './opcode-names.ts';
import type { PlaceOf } from './source-lines.ts';
import {
  OPCODES,
  Reader,
  type RefusedKind,
  refusedKind,
  type WasmFunction,
  type WasmModule,
} from './wasm.ts';

const CALL_INDIRECT = 0x11;
const I32_LOAD = 0x28;
/** A chain of so many comparisons is longer than the flash. */
const MOST_CASES = 1024;

/** Lowers the whole module. @throws CompileError for anything outside the profile */
export function lower(wasm: WasmModule, chip: Chip, placeOf: PlaceOf): Program {
  const fns: Fn[] = wasm.functions.map(fn => ({
    name: fn.name,
    params: [],
    hasResult: fn.type.results.length > 0,
    blocks: [],
    exported: wasm.exports.find(({ index }) => index === fn.index)?.name,
    at: firstPlace(fn, placeOf),
  }));
  const program: Program = {
    fns,
    globals: wasm.globals.map(({ name, initial }) => ({ name, initial })),
    shared: new Set(),
  };
  const imports = wasm.imports.map(entry => importOf(entry));
  const context: Context = { wasm, chip, placeOf, program, imports };
  wasm.functions.forEach((fn, i) => {
    new FunctionLowering(context, fn, fns[i]).run();
  });
  if (context.trap) throw context.trap;
  copyForFurtherNames(context);
  if (wasm.start !== undefined) program.start = fns[wasm.start - wasm.imports.length];
  return program;
}

/** A function under several exported names, for example two handlers that do the same, is there once for each. */
function copyForFurtherNames(context: Context): void {
  const { wasm, program } = context;
  for (const { name, index } of wasm.exports) {
    const source = wasm.functions[index - wasm.imports.length];
    const original = program.fns[index - wasm.imports.length];
    if (!original || original.exported === name) continue;
    const copy: Fn = { ...original, name, exported: name, params: [], blocks: [] };
    program.fns.push(copy);
    new FunctionLowering(context, source, copy).run();
  }
}

/** The first byte of a function that came from a source line: where messages about the whole function point. */
function firstPlace(fn: WasmFunction, placeOf: PlaceOf): number {
  for (let at = fn.start; at < fn.end; at++) if (placeOf(at)) return at;
  return fn.start;
}

class FunctionLowering extends ValueLowering {
  run(): void {
    const { type, locals } = this.source;
    this.fn.blocks.push(this.block);
    type.params.forEach((_, i) => {
      const param = makeNode('param', [], this.block, this.source.start, { value: i });
      this.fn.params.push(param);
      this.block.nodes.push(param);
      this.write(i, param);
    });
    locals.forEach((_, i) => {
      this.write(type.params.length + i, constant(0, this.block, this.source.start));
    });
    const exit = this.newBlock();
    const result = this.fn.hasResult ? this.variables++ : -1;
    this.frames.push({ kind: 'function', target: exit, exit, otherwise: undefined, result, height: 0 });
    while (this.frames.length > 0) this.instruction();
    // an operation on such a value is the better place, so this comes last
    for (const value of [...type.params, ...locals, ...type.results]) this.requireI32(value);
    tidy(this.fn);
  }

  // --- instructions ---------------------------------------------------------

  private instruction(): void {
    this.at = this.reader.at;
    const opcode = this.reader.byte();
    const kind = refusedKind(opcode, this.reader.peek());
    if (kind) throw this.refusal(kind, opcode);
    const { name } = OPCODES[opcode];
    const control = this.control[name];
    if (control) control();
    else if (this.dead) this.skipImmediate(opcode);
    else this.compute(name);
  }

  private skipImmediate(opcode: number): void {
    const { immediate } = OPCODES[opcode];
    if (immediate === 'index') this.reader.u32();
    if (immediate === 'constant') this.reader.s32();
  }

  /** Control instructions; they are followed even in dead code, to find its end. */
  private readonly control: Readonly<Record<string, () => void>> = {
    block: () => this.open('block'),
    loop: () => this.open('loop'),
    if: () => this.open('if'),
    else: () => this.otherwise(),
    end: () => this.close(),
    br: () => this.goTo(this.reader.u32()),
    br_if: () => this.goToIf(this.reader.u32()),
    br_table: () => this.goToTable(),
    return: () => this.goTo(this.frames.length - 1),
    unreachable: () => this.unreachable(),
  };

  private refusal(kind: RefusedKind, opcode: number): CompileError {
    const what = opcodeName(opcode, this.reader.peek());
    // a function as a value is an object in memory: asc loads its number and calls through the table
    if (opcode === I32_LOAD && this.callsWhatItLoads()) return this.refusal('indirect', CALL_INDIRECT);
    const code = { memory: 'C201', float: 'C202', wide: 'C203', indirect: 'C204', other: 'C206' } as const;
    return new CompileError(code[kind], this.place(), [what, this.context.chip.name]);
  }

  /** Looks behind a load, past its alignment and offset. */
  private callsWhatItLoads(): boolean {
    const { bytes, at, end } = this.reader;
    const ahead = new Reader(bytes, at, end);
    ahead.u32();
    ahead.u32();
    if (ahead.peek() !== CALL_INDIRECT) return false;
    this.at = ahead.at;
    return true;
  }

  private open(kind: 'block' | 'loop' | 'if'): void {
    const type = this.reader.s32();
    if (type >= 0) throw new CompileError('C206', this.place(), ['block with parameters']);
    const result = type === -0x40 ? -1 : this.variables++;
    const exit = this.newBlock();
    const frame: Frame = { kind, target: exit, exit, otherwise: undefined, result, height: 0 };
    if (kind === 'loop') this.openLoop(frame);
    if (kind === 'if') this.openIf(frame);
    frame.height = this.stack.length;
    this.frames.push(frame);
  }

  private openLoop(frame: Frame): void {
    frame.target = this.newBlock();
    this.unsealed.set(frame.target, new Map());
    if (!this.dead) this.jump(frame.target);
    this.block = frame.target;
  }

  private openIf(frame: Frame): void {
    const cond = this.pop();
    const then = this.newBlock();
    frame.otherwise = this.newBlock();
    if (!this.dead) this.branch(cond, then, frame.otherwise);
    this.block = then;
  }

  /** Leaves the current block for the end of `frame`, with the frame's result if it has one. */
  private leave(frame: Frame): void {
    if (this.dead) return;
    if (frame.result >= 0) this.write(frame.result, this.pop());
    this.jump(frame.exit);
  }

  private otherwise(): void {
    const frame = this.frames[this.frames.length - 1];
    this.leave(frame);
    this.stack.length = frame.height;
    this.block = frame.otherwise!;
    frame.otherwise = undefined;
    this.dead = this.block.preds.length === 0;
  }

  private close(): void {
    const frame = this.frames[this.frames.length - 1];
    this.leave(frame);
    this.frames.pop();
    if (frame.otherwise) {
      this.block = frame.otherwise;
      if (this.block.preds.length > 0) this.jump(frame.exit);
    }
    if (frame.kind === 'loop') this.unsealed.delete(frame.target);
    this.stack.length = frame.height;
    this.block = frame.exit;
    this.dead = this.block.preds.length === 0;
    if (frame.kind === 'function') this.finish(frame);
    else if (frame.result >= 0) this.stack.push(this.dead ? this.constant(0) : this.read(frame.result));
  }

  private finish(frame: Frame): void {
    const value = frame.result >= 0 && !this.dead ? this.read(frame.result) : undefined;
    this.block.term = { kind: 'return', value, at: this.at };
  }

  private goTo(depth: number): void {
    if (!this.dead) this.enter(this.frameAt(depth));
    this.dead = true;
  }

  private frameAt(depth: number): Frame {
    const frame = this.frames[this.frames.length - 1 - depth];
    if (!frame) throw new CompileError('C102', undefined, [this.at, 'a branch leaves the function']);
    return frame;
  }

  private enter(frame: Frame): void {
    if (frame.result >= 0 && frame.kind !== 'loop')
      this.write(frame.result, this.stack[this.stack.length - 1]);
    this.jump(frame.target);
  }

  /** A conditional br gets a block of its own for the way out, so that no edge is critical. */
  private goToIf(depth: number): void {
    const frame = this.frameAt(depth);
    if (this.dead) return;
    const cond = this.pop();
    const out = this.newBlock();
    const next = this.newBlock();
    this.branch(cond, out, next);
    this.block = out;
    this.enter(frame);
    this.block = next;
  }

  /** A table becomes a chain of comparisons: the chip has no computed jump. */
  private goToTable(): void {
    const depths = this.reader.list(() => this.reader.u32());
    if (depths.length > MOST_CASES)
      throw new CompileError('C206', this.place(), [`br_table with ${depths.length} cases`]);
    const fallback = this.reader.u32();
    if (!this.dead) {
      const index = this.pop();
      depths.forEach((depth, i) => {
        if (depth === fallback) return;
        this.stack.push(this.add('eq', [index, this.constant(i)]));
        this.goToIf(depth);
      });
      this.goTo(fallback);
    }
    this.dead = true;
  }

  private unreachable(): void {
    // library code traps where it finds no memory; that it needs memory is the better message
    if (!this.dead) this.context.trap ??= new CompileError('C210', this.place(), []);
    this.dead = true;
  }
}
