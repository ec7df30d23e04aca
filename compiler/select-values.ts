/** One rule per pure operation: its demanded bytes in the fewest instructions. */

import { type Byte, type Bytes, byteOf, Emitter, ZERO } from './emitter.ts';
import type { Node } from './ir.ts';
import type { Reg } from './mir.ts';

export class ValueRules extends Emitter {
  protected add(node: Node): Bytes {
    const [a, b] = node.args;
    if (b.op === 'const') return this.addConstant(node, a, b.value);
    const width = this.width(node);
    const result: Bytes = [];
    let carry = false;
    for (let i = 0; i < width; i++) {
      const [x, y] = this.ordered(this.byte(a, i), this.byte(b, i));
      if (!carry && y.k === 0) {
        result.push(x);
        continue;
      }
      const other = this.held(y);
      const d = this.fresh(x);
      this.emit(carry ? 'adc' : 'add', { d, r: other });
      result.push({ reg: d });
      carry = true;
    }
    return result;
  }

  /** A known byte goes second. */
  private ordered(x: Byte, y: Byte): [Byte, Byte] {
    return x.reg === undefined && y.reg !== undefined ? [y, x] : [x, y];
  }

  /** Adding is subtracting the negative: the part has SUBI and SBCI, but no ADDI. */
  private addConstant(node: Node, a: Node, value: number): Bytes {
    const width = this.width(node);
    const result: Bytes = [];
    let borrow = false;
    for (let i = 0; i < width; i++) {
      const k = byteOf(-value, i);
      if (!borrow && k === 0) {
        result.push(this.byte(a, i));
        continue;
      }
      const d = this.fresh(this.byte(a, i));
      const alone = !borrow && i === width - 1;
      if (alone && k === 0xff) this.emit('inc', { d });
      else if (alone && k === 1) this.emit('dec', { d });
      else this.emit(borrow ? 'sbci' : 'subi', { d, k });
      result.push({ reg: d });
      borrow = true;
    }
    return result;
  }

  protected sub(node: Node): Bytes {
    const [a, b] = node.args;
    const width = this.width(node);
    const result: Bytes = [];
    let borrow = false;
    for (let i = 0; i < width; i++) {
      const x = this.byte(a, i);
      const y = this.byte(b, i);
      if (!borrow && y.k === 0) {
        result.push(x);
        continue;
      }
      if (width === 1 && x.k === 0) {
        const d = this.fresh(y);
        this.emit('neg', { d });
        return [{ reg: d }];
      }
      const other = y.reg;
      const d = this.fresh(x);
      if (other !== undefined) this.emit(borrow ? 'sbc' : 'sub', { d, r: other });
      else this.emit(borrow ? 'sbci' : 'subi', { d, k: y.k! });
      result.push({ reg: d });
      borrow = true;
    }
    return result;
  }

  protected bitwise(node: Node): Bytes {
    const [a, b] = node.args;
    return [0, 1, 2, 3].map(i => {
      if (!this.asks(node, i)) return undefined;
      const [x, y] = this.ordered(this.byte(a, i), this.byte(b, i));
      if (y.reg === undefined) return this.bitwiseConstant(node.op, x, y.k, byteOf(this.demand(node), i));
      const d = this.fresh(x);
      this.emit(node.op === 'xor' ? 'eor' : node.op, { d, r: y.reg });
      return { reg: d };
    });
  }

  private bitwiseConstant(op: Node['op'], x: Byte, k: number, asked: number): Byte {
    if (x.reg === undefined) return { k: op === 'and' ? x.k & k : op === 'or' ? x.k | k : x.k ^ k };
    if (op === 'and') {
      if ((asked & ~k) === 0) return x;
      if ((asked & k) === 0) return ZERO;
    } else if ((asked & k) === 0) return x;
    if (op === 'or' && (asked & ~k) === 0) return { k };
    const d = this.fresh(x);
    if (op === 'and') this.emit('andi', { d, k });
    else if (op === 'or') this.emit('ori', { d, k });
    else if ((asked & ~k) === 0) this.emit('com', { d });
    else if ((asked & k) === 0x80) this.emit('subi', { d, k: 0x80 });
    else {
      const other = this.fresh({ k });
      this.emit('eor', { d, r: other });
    }
    return { reg: d };
  }

  protected shiftLeft(node: Node): Bytes {
    const by = node.args[1].value & 31;
    const [whole, part] = [by >> 3, by & 7];
    const width = this.width(node);
    const source = (i: number): Byte => (i < whole ? ZERO : this.byte(node.args[0], i - whole));
    if (part === 0) return Array.from({ length: width }, (_, i) => source(i));
    const regs: Reg[] = [];
    for (let i = whole; i < width; i++) regs.push(this.fresh(source(i)));
    if (regs.length === 1) this.shiftByteLeft(regs[0], part, byteOf(this.demand(node), whole));
    else for (let n = 0; n < part; n++) this.chain(regs, 'lsl', 'rol');
    return Array.from({ length: width }, (_, i) => (i < whole ? ZERO : { reg: regs[i - whole] }));
  }

  private chain(regs: Reg[], first: string, rest: string): void {
    regs.forEach((d, i) => {
      this.emit(i === 0 ? first : rest, { d });
    });
  }

  private shiftByteLeft(d: Reg, by: number, asked: number): void {
    if (by === 7) {
      this.emit('lsr', { d });
      this.emit('clr', { d });
      // CLR leaves the carry alone
      this.emit('ror', { d });
      return;
    }
    const swapped = by >= 4;
    if (swapped) this.emit('swap', { d });
    if (swapped && asked & (0x0f << (by - 4))) this.emit('andi', { d, k: 0xf0 });
    for (let n = swapped ? 4 : 0; n < by; n++) this.emit('lsl', { d });
  }

  protected shiftRight(node: Node): Bytes {
    const [a] = node.args;
    const by = node.args[1].value & 31;
    const [whole, part] = [by >> 3, by & 7];
    const width = this.width(node);
    if (node.op === 'shr_s' && a.op === 'extend8_s' && width === 1 && whole === 0) {
      const d = this.fresh(this.byte(a, 0));
      for (let n = 0; n < part; n++) this.emit('asr', { d });
      return [{ reg: d }];
    }
    const arithmetic = node.op === 'shr_s';
    const above = arithmetic ? this.signOf(a) : ZERO;
    const source = (i: number): Byte => (i + whole > 3 ? above : this.byte(a, i + whole));
    if (part === 0) return Array.from({ length: width }, (_, i) => source(i));
    // bits come down from one byte above the result; known zeros on top need no shifting
    let top = Math.min(width, 3 - whole);
    while (top > 0 && source(top).k === 0) top--;
    const regs: Reg[] = [];
    for (let i = top; i >= 0; i--) regs.push(this.fresh(source(i)));
    const first = arithmetic && top + whole === 3 ? 'asr' : 'lsr';
    if (regs.length === 1 && first === 'lsr')
      this.shiftByteRight(regs[0], part, byteOf(this.demand(node), 0));
    else for (let n = 0; n < part; n++) this.chain(regs, first, 'ror');
    return Array.from({ length: width }, (_, i) =>
      i <= top ? { reg: regs[top - i] } : i + whole > 3 ? above : ZERO,
    );
  }

  private shiftByteRight(d: Reg, by: number, asked: number): void {
    if (by === 7) {
      this.emit('lsl', { d });
      this.emit('clr', { d });
      this.emit('rol', { d });
      return;
    }
    const swapped = by >= 4;
    if (swapped) this.emit('swap', { d });
    if (swapped && asked & (0xf0 >> (by - 4))) this.emit('andi', { d, k: 0x0f });
    for (let n = swapped ? 4 : 0; n < by; n++) this.emit('lsr', { d });
  }

  /** 00 or FF, as the top bit of the value says. */
  private signOf(node: Node): Byte {
    const top = this.byte(node, 3);
    if (top.reg === undefined) return { k: top.k & 0x80 ? 0xff : 0 };
    return this.signByte(top.reg);
  }

  private signByte(from: Reg): Byte {
    const d = this.fresh({ reg: from });
    this.emit('lsl', { d });
    // d - d - carry is 0 or -1
    this.emit('sbc', { d, r: d });
    return { reg: d };
  }

  protected extend(node: Node, from: number): Bytes {
    const low = Array.from({ length: from }, (_, i) => this.byte(node.args[0], i));
    const wide = [1, 2, 3].some(i => i >= from && this.asks(node, i));
    const top = low[from - 1];
    const sign = !wide
      ? ZERO
      : top.reg === undefined
        ? { k: top.k & 0x80 ? 0xff : 0 }
        : this.signByte(top.reg);
    return [0, 1, 2, 3].map(i => (i < from ? low[i] : sign));
  }
}
