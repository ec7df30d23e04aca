/** Conditions as tests: a bit, a pin, a comparison that never becomes a number. */

import { type Byte, byteOf, ZERO } from './emitter.ts';
import { type Block, comparedMask, type Node } from './ir.ts';
import type { Reg, Test } from './mir.ts';
import { ValueRules } from './select-values.ts';

export class TestRules extends ValueRules {
  /** A condition that asks for one bit of a value. `set`: true when the bit is 1. */
  protected asBit(cond: Node, block: Block): { node: Node; bit: number; set: boolean } | undefined {
    const [a, b] = cond.args;
    if ((cond.op === 'eq' || cond.op === 'ne') && b.op === 'const') {
      const masked = maskedBit(a);
      const equal = cond.op === 'eq';
      if (!masked || ((comparedMask(cond) >>> masked.bit) & 1) === 0) return undefined;
      if (b.value === 0) return { ...masked, set: !equal };
      return b.value >>> 0 === 2 ** masked.bit ? { ...masked, set: equal } : undefined;
    }
    return this.asSignBit(cond, block);
  }

  /** x < 128 asks for bit 7 of a byte; x < 0 for the sign. */
  private asSignBit(cond: Node, block: Block): { node: Node; bit: number; set: boolean } | undefined {
    const [a, b] = cond.args;
    const below = cond.op === 'lt_u' || cond.op === 'lt_s';
    if (!below && cond.op !== 'le_u') return undefined;
    const [node, bound] = below ? [a, b] : [b, a];
    if (bound.op !== 'const') return undefined;
    if (cond.op === 'lt_s') {
      if (bound.value !== 0) return undefined;
      return node.op === 'extend8_s'
        ? { node: node.args[0], bit: 7, set: true }
        : { node, bit: 31, set: true };
    }
    const mask = comparedMask(cond);
    const limit = (bound.value & mask) >>> 0;
    const top = Math.log2(limit);
    if (!Number.isInteger(top) || Math.min(mask, this.facts.at(node, block).hi) >= 2 * limit)
      return undefined;
    return { node, bit: top, set: !below };
  }

  protected bitTest({ node, bit, set }: { node: Node; bit: number; set: boolean }): {
    test: Test;
    positive: boolean;
  } {
    const byte = this.byte(node, bit >> 3);
    return { test: { kind: 'bit', reg: this.held(byte), bit: bit & 7 }, positive: set };
  }

  protected pinTest(cond: Node): Test {
    if (cond.value <= 0x1f) return { kind: 'io', address: cond.value, bit: cond.bit };
    // SBIS and SBIC reach only the lower half of the I/O space
    const d = this.newReg();
    this.emit('in', { d, k: cond.value });
    return { kind: 'bit', reg: d, bit: cond.bit };
  }

  /** Compares the bytes that matter; `eq` and `ne` become equality, the rest less-than. */
  protected compare(cond: Node, a: Node, b: Node): Test {
    const mask = comparedMask(cond);
    const bytes = [0, 1, 2, 3].filter(i => byteOf(mask, i) !== 0);
    const equality = cond.op === 'eq' || cond.op === 'ne';
    const cc = equality ? 'eq' : cond.op === 'lt_s' || cond.op === 'le_s' ? 'slt' : 'ult';
    const left = bytes.map(i => this.byte(a, i));
    const right = bytes.map(i => this.byte(b, i));
    if (equality && left.length === 1 && left[0].reg === undefined) return this.compareBytes(cc, right, left);
    return equality && right.every(byte => byte.k === 0)
      ? this.zeroTest(left, bytes.length === 1 ? this.onlyBit(a, bytes[0]) : undefined)
      : this.compareBytes(cc, left, right);
  }

  private compareBytes(cc: 'eq' | 'ult' | 'slt', left: Byte[], right: Byte[]): Test {
    // nothing left to compare: both sides are known to be equal
    if (left.length === 0) return { kind: 'compare', cc, a: [this.held(ZERO)], b: [undefined], k: 0 };
    const a = left.map(byte => this.held(byte));
    const b = right.map((byte, i) => (i === 0 && byte.reg === undefined ? undefined : this.held(byte)));
    return { kind: 'compare', cc, a, b, k: right[0].k ?? 0 };
  }

  /** SUBI and SBCI leave Z set when all bytes of their result are zero. */
  private justCounted(regs: Reg[]): boolean {
    const chain = this.code.slice(-regs.length * 2).filter(ins => ins.op !== 'mov' && ins.op !== 'ldi');
    const last = chain.slice(-regs.length);
    return (
      regs.length > 1 &&
      last.length === regs.length &&
      last.every((ins, i) => ins.d === regs[i] && (ins.op === 'sbci' || ins.op === 'sbc') === i > 0) &&
      (last[0].op === 'subi' || last[0].op === 'sub')
    );
  }

  /** The one bit of a byte that is not known to be zero. */
  private onlyBit(node: Node, i: number): number | undefined {
    const open = ~byteOf(this.facts.of(node).zeros, i) & 0xff;
    return open !== 0 && (open & (open - 1)) === 0 ? 31 - Math.clz32(open) : undefined;
  }

  /** Several bytes are zero when all of them OR-ed together are. `only`: one byte, in which no other bit can be set. */
  private zeroTest(bytes: Byte[], only: number | undefined): Test {
    const regs = bytes.filter(byte => byte.reg !== undefined || byte.k !== 0).map(byte => this.held(byte));
    if (regs.length === 0) return this.compareBytes('eq', [ZERO], [ZERO]);
    let reg = regs[0];
    if (this.justCounted(regs)) return { kind: 'zero' };
    if (regs.length > 1) {
      reg = this.fresh({ reg });
      for (const other of regs.slice(1)) this.emit('or', { d: reg, r: other });
    }
    return { kind: 'compare', cc: 'eq', a: [reg], b: [undefined], k: 0, only };
  }
}

/** x & 2^n: the bit n of x. */
function maskedBit(node: Node): { node: Node; bit: number } | undefined {
  if (node.op !== 'and' || node.args[1].op !== 'const') return undefined;
  const mask = node.args[1].value >>> 0;
  return mask !== 0 && (mask & (mask - 1)) === 0
    ? { node: node.args[0], bit: 31 - Math.clz32(mask) }
    : undefined;
}
