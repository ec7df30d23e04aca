/** Instructions of WebAssembly that compute a value or have an effect: one row each. */

import { CompileError } from './diagnostic.ts';
import type { Node, Op } from './ir.ts';
import { Building } from './lower-blocks.ts';
import { hasRegister, type McuImport } from './mcu.ts';
import { I32 } from './wasm.ts';

export class ValueLowering extends Building {
  protected compute(name: string): void {
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
