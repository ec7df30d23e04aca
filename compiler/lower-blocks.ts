/**
 * What lowering builds: blocks, SSA values for locals, the operand stack. lower.ts has the control
 * instructions, lower-values.ts the rest.
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
} from './ir.ts';
import type { McuImport } from './mcu.ts';
import type { PlaceOf } from './source-lines.ts';
import { F32, F64, I32, I64, Reader, type WasmFunction, type WasmModule } from './wasm.ts';

export interface Context {
  wasm: WasmModule;
  chip: Chip;
  placeOf: PlaceOf;
  program: Program;
  imports: (McuImport | undefined)[];
  /** The first way into what must not be reached; refused when nothing else is. */
  trap?: CompileError;
}

/** One open block, loop or if of the structured code. */
export interface Frame {
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

export class Building {
  protected readonly reader: Reader;
  protected readonly stack: Node[] = [];
  protected readonly frames: Frame[] = [];
  protected block: Block = makeBlock();
  /** Nothing after br, return or unreachable can be reached until the frame ends. */
  protected dead = false;
  protected at = 0;
  protected readonly definitions = new Map<Block, Map<number, Node>>();
  protected readonly unsealed = new Map<Block, Map<number, Node>>();
  /** Locals count up from 0; results of frames are further variables. */
  protected variables: number;

  constructor(
    protected readonly context: Context,
    protected readonly source: WasmFunction,
    protected readonly fn: Fn,
  ) {
    this.reader = new Reader(context.wasm.bytes, source.start, source.end);
    this.variables = source.type.params.length + source.locals.length;
  }

  // --- blocks and variables -------------------------------------------------

  protected newBlock(): Block {
    const block = makeBlock();
    this.fn.blocks.push(block);
    return block;
  }

  protected link(from: Block, to: Block): void {
    to.preds.push(from);
    for (const phi of to.phis) phi.args.push(this.read(this.variableOf(to, phi), from));
  }

  /** The variable that an incomplete phi of an unsealed block stands for. */
  protected variableOf(block: Block, phi: Node): number {
    for (const [variable, node] of this.unsealed.get(block) ?? []) if (node === phi) return variable;
    throw new Error('a sealed block gained a predecessor');
  }

  protected write(variable: number, value: Node, block = this.block): void {
    let map = this.definitions.get(block);
    if (!map) this.definitions.set(block, (map = new Map()));
    map.set(variable, value);
  }

  protected read(variable: number, block = this.block): Node {
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

  protected newPhi(block: Block): Node {
    const phi = makeNode('phi', [], block, this.at);
    block.phis.push(phi);
    return phi;
  }

  protected jump(to: Block): void {
    this.block.term = { kind: 'jump', to };
    this.link(this.block, to);
  }

  protected branch(cond: Node, then: Block, otherwise: Block): void {
    this.block.term = { kind: 'branch', cond, then, else: otherwise, at: this.at };
    this.link(this.block, then);
    this.link(this.block, otherwise);
  }

  // --- the operand stack ----------------------------------------------------

  protected pop(): Node {
    const floor = this.frames[this.frames.length - 1].height;
    if (this.stack.length > floor) return this.stack.pop()!;
    if (!this.dead) throw new CompileError('C102', undefined, [this.at, 'the operand stack is empty']);
    return constant(0, this.block, this.at);
  }

  protected add(op: Op, args: Node[], extra: Partial<Node> = {}): Node {
    const node = makeNode(op, args, this.block, this.at, extra);
    this.block.nodes.push(node);
    return node;
  }

  protected constant(value: number): Node {
    return constant(value, this.block, this.at);
  }

  // --- places and refusals --------------------------------------------------

  protected place(): Place | undefined {
    const { wasm, placeOf } = this.context;
    return userPlace(wasm, this.source, this.at, placeOf);
  }

  protected requireI32(type: number): void {
    if (type === I32) return;
    this.at = this.fn.at;
    throw this.wrongType(type, `a value in ${this.fn.name}`);
  }

  protected wrongType(type: number, what: string): CompileError {
    if (type === I64) return new CompileError('C203', this.place(), [what]);
    if (type === F32 || type === F64)
      return new CompileError('C202', this.place(), [what, this.context.chip.name]);
    return new CompileError('C206', this.place(), [`on ${what}`]);
  }
}
