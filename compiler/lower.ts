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
import { userPlace } from './blame.ts';
import { CompileError, type Place } from './diagnostic.ts';
import {
  type Block,
  constant,
  type Fn,
  makeBlock,
  makeNode,
  type Node,
  type Op,
  type Program,
  tidy,
} from './ir.ts';
import { hasRegister, importOf, type McuImport } from './mcu.ts';
import { opcodeName } from './opcode-names.ts';
import type { PlaceOf } from './source-lines.ts';
import {
  F32,
  F64,
  I32,
  I64,
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

interface Context {
  wasm: WasmModule;
  chip: Chip;
  placeOf: PlaceOf;
  program: Program;
  imports: (McuImport | undefined)[];
  /** The first way into what must not be reached; refused when nothing else is. */
  trap?: CompileError;
}

/** One open block, loop or if of the structured code. */
interface Frame {
  kind: 'function' | 'block' | 'loop' | 'if';
  /** Where a br to this frame goes. */
  target: Block;
  /** Where the code behind `end` goes on. */
  exit: Block;
  /** The else branch of an if that has not been begun. */
  otherwise: Block | undefined;
  /** Variable that carries the result out of the frame, or -1. */
  result: number;
  height: number;
}

class FunctionLowering {
  private readonly reader: Reader;
  private readonly stack: Node[] = [];
  private readonly frames: Frame[] = [];
  private block: Block = makeBlock();
  /** Nothing after br, return or unreachable can be reached until the frame ends. */
  private dead = false;
  private at = 0;
  private readonly definitions = new Map<Block, Map<number, Node>>();
  private readonly unsealed = new Map<Block, Map<number, Node>>();
  /** Locals count up from 0; results of frames are further variables. */
  private variables: number;

  constructor(
    private readonly context: Context,
    private readonly source: WasmFunction,
    private readonly fn: Fn,
  ) {
    this.reader = new Reader(context.wasm.bytes, source.start, source.end);
    this.variables = source.type.params.length + source.locals.length;
  }

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

  // --- blocks and variables -------------------------------------------------

  private newBlock(): Block {
    const block = makeBlock();
    this.fn.blocks.push(block);
    return block;
  }

  private link(from: Block, to: Block): void {
    to.preds.push(from);
    for (const phi of to.phis) phi.args.push(this.read(this.variableOf(to, phi), from));
  }

  /** The variable that an incomplete phi of an unsealed block stands for. */
  private variableOf(block: Block, phi: Node): number {
    for (const [variable, node] of this.unsealed.get(block) ?? []) if (node === phi) return variable;
    throw new Error('a sealed block gained a predecessor');
  }

  private write(variable: number, value: Node, block = this.block): void {
    let map = this.definitions.get(block);
    if (!map) this.definitions.set(block, (map = new Map()));
    map.set(variable, value);
  }

  private read(variable: number, block = this.block): Node {
    const here = this.definitions.get(block)?.get(variable);
    if (here) return here;
    let value: Node;
    const open = this.unsealed.get(block);
    if (open) {
      value = this.newPhi(block);
      open.set(variable, value);
      this.write(variable, value, block);
      for (const pred of block.preds) value.args.push(this.read(variable, pred));
      return value;
    }
    if (block.preds.length === 0) value = constant(0, block, this.at);
    else if (block.preds.length === 1) value = this.read(variable, block.preds[0]);
    else {
      value = this.newPhi(block);
      this.write(variable, value, block);
      for (const pred of block.preds) value.args.push(this.read(variable, pred));
    }
    this.write(variable, value, block);
    return value;
  }

  private newPhi(block: Block): Node {
    const phi = makeNode('phi', [], block, this.at);
    block.phis.push(phi);
    return phi;
  }

  private jump(to: Block): void {
    this.block.term = { kind: 'jump', to };
    this.link(this.block, to);
  }

  private branch(cond: Node, then: Block, otherwise: Block): void {
    this.block.term = { kind: 'branch', cond, then, else: otherwise, at: this.at };
    this.link(this.block, then);
    this.link(this.block, otherwise);
  }

  // --- the operand stack ----------------------------------------------------

  private pop(): Node {
    const floor = this.frames[this.frames.length - 1].height;
    if (this.stack.length > floor) return this.stack.pop()!;
    if (!this.dead) throw new CompileError('C102', undefined, [this.at, 'the operand stack is empty']);
    return constant(0, this.block, this.at);
  }

  private add(op: Op, args: Node[], extra: Partial<Node> = {}): Node {
    const node = makeNode(op, args, this.block, this.at, extra);
    this.block.nodes.push(node);
    return node;
  }

  private constant(value: number): Node {
    return constant(value, this.block, this.at);
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

  private place(): Place | undefined {
    const { wasm, placeOf } = this.context;
    return userPlace(wasm, this.source, this.at, placeOf);
  }

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

  private requireI32(type: number): void {
    if (type === I32) return;
    this.at = this.fn.at;
    throw this.wrongType(type, `a value in ${this.fn.name}`);
  }

  private wrongType(type: number, what: string): CompileError {
    if (type === I64) return new CompileError('C203', this.place(), [what]);
    if (type === F32 || type === F64)
      return new CompileError('C202', this.place(), [what, this.context.chip.name]);
    return new CompileError('C206', this.place(), [`on ${what}`]);
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

  // --- values ---------------------------------------------------------------

  private compute(name: string): void {
    const rule = this.values[name];
    if (rule) rule();
    else throw new CompileError('C206', this.place(), [name]);
  }

  private readonly values: Readonly<Record<string, () => void>> = {
    nop: () => {},
    drop: () => void this.pop(),
    call: () => this.call(this.reader.u32()),
    select: () => this.select(),
    'local.get': () => void this.stack.push(this.read(this.reader.u32())),
    'local.set': () => this.write(this.reader.u32(), this.pop()),
    'local.tee': () => {
      const value = this.pop();
      this.stack.push(value);
      this.write(this.reader.u32(), value);
    },
    'global.get': () => void this.stack.push(this.add('getglobal', [], { value: this.globalIndex() })),
    'global.set': () => {
      const value = this.globalIndex();
      this.add('setglobal', [this.pop()], { value });
    },
    'i32.const': () => void this.stack.push(this.constant(this.reader.s32())),
    'i32.eqz': () => void this.stack.push(this.add('eq', [this.pop(), this.constant(0)])),
    'i32.eq': () => this.binary('eq'),
    'i32.ne': () => this.binary('ne'),
    'i32.lt_s': () => this.binary('lt_s'),
    'i32.lt_u': () => this.binary('lt_u'),
    'i32.gt_s': () => this.binary('lt_s', true),
    'i32.gt_u': () => this.binary('lt_u', true),
    'i32.le_s': () => this.binary('le_s'),
    'i32.le_u': () => this.binary('le_u'),
    'i32.ge_s': () => this.binary('le_s', true),
    'i32.ge_u': () => this.binary('le_u', true),
    'i32.clz': () => void this.stack.push(this.add('clz', [this.pop()])),
    'i32.ctz': () => void this.stack.push(this.add('ctz', [this.pop()])),
    'i32.popcnt': () => void this.stack.push(this.add('popcnt', [this.pop()])),
    'i32.add': () => this.binary('add'),
    'i32.sub': () => this.binary('sub'),
    'i32.mul': () => this.binary('mul'),
    'i32.div_s': () => this.binary('div_s'),
    'i32.div_u': () => this.binary('div_u'),
    'i32.rem_s': () => this.binary('rem_s'),
    'i32.rem_u': () => this.binary('rem_u'),
    'i32.and': () => this.binary('and'),
    'i32.or': () => this.binary('or'),
    'i32.xor': () => this.binary('xor'),
    'i32.shl': () => this.binary('shl'),
    'i32.shr_s': () => this.binary('shr_s'),
    'i32.shr_u': () => this.binary('shr_u'),
    'i32.rotl': () => this.rotate('shl', 'shr_u'),
    'i32.rotr': () => this.rotate('shr_u', 'shl'),
    'i32.extend8_s': () => void this.stack.push(this.add('extend8_s', [this.pop()])),
    'i32.extend16_s': () => void this.stack.push(this.add('extend16_s', [this.pop()])),
  };

  private binary(op: Op, swapped = false): void {
    const right = this.pop();
    const left = this.pop();
    this.stack.push(this.add(op, swapped ? [right, left] : [left, right]));
  }

  private rotate(op: Op, other: Op): void {
    const count = this.pop();
    const value = this.pop();
    const rest = this.add('sub', [this.constant(0), count]);
    this.stack.push(this.add('or', [this.add(op, [value, count]), this.add(other, [value, rest])]));
  }

  /** Both values are ready before the choice is made; the branch only picks. */
  private select(): void {
    const cond = this.pop();
    const otherwise = this.pop();
    const then = this.pop();
    const left = this.newBlock();
    const right = this.newBlock();
    const join = this.newBlock();
    const variable = this.variables++;
    this.branch(cond, left, right);
    for (const [block, value] of [
      [left, then],
      [right, otherwise],
    ] as const) {
      this.block = block;
      this.write(variable, value);
      this.jump(join);
    }
    this.block = join;
    this.stack.push(this.read(variable));
  }

  private globalIndex(): number {
    const index = this.reader.u32();
    const global = this.context.wasm.globals[index];
    if (!global) throw new CompileError('C102', undefined, [this.at, `no global ${index}`]);
    if (global.type !== I32) throw this.wrongType(global.type, `the module-level value ${global.name}`);
    return index;
  }

  private call(index: number): void {
    const { wasm, imports, program } = this.context;
    if (index < imports.length) {
      this.callImport(imports[index] ?? this.unknownImport(index));
      return;
    }
    const target = wasm.functions[index - imports.length];
    if (!target) throw new CompileError('C102', undefined, [this.at, `no function ${index}`]);
    const args = target.type.params.map(() => this.pop()).reverse();
    const callee = program.fns[index - imports.length];
    const node = this.add('call', args, { callee });
    if (callee.hasResult) this.stack.push(node);
  }

  private unknownImport(index: number): never {
    const { module, name } = this.context.wasm.imports[index];
    throw new CompileError('C104', this.place(), [`${module}.${name}`]);
  }

  private callImport(entry: McuImport): void {
    if (entry.op === 'abort') throw new CompileError('C210', this.place(), []);
    const args = entry.operands.map(() => this.pop()).reverse();
    const fields: Partial<Node> = entry.bit === undefined ? {} : { bit: entry.bit };
    const values: Node[] = [];
    entry.operands.forEach((operand, i) => {
      if (operand.kind === 'value') values.push(args[i]);
      else fields[operand.field] = this.constantOperand(args[i], operand.name, operand.max);
    });
    if (entry.addressed && !hasRegister(this.context.chip, fields.value!)) {
      const address = `0x${fields.value!.toString(16)}`;
      throw new CompileError('C304', this.place(), [address, this.context.chip.name]);
    }
    const node = this.add(entry.op, values, fields);
    if (entry.hasResult) this.stack.push(node);
  }

  private constantOperand(node: Node, name: string, max: number): number {
    if (node.op !== 'const') throw new CompileError('C207', this.place(), [name]);
    const value = node.value >>> 0;
    if (value > max) throw new CompileError('C208', this.place(), [name, value, `0..${max}`]);
    return value;
  }
}
