/** Sets of registers, one bit each: liveness and interference are made of them. */

import type { Reg } from './mir.ts';

export class RegSet {
  private readonly words: Uint32Array;

  /** @param size how many registers there are */
  constructor(size: number | Uint32Array) {
    this.words = typeof size === 'number' ? new Uint32Array((size + 31) >> 5) : size;
  }

  has(reg: Reg): boolean {
    return reg >= 0 && ((this.words[reg >> 5] >>> (reg & 31)) & 1) === 1;
  }

  add(reg: Reg): this {
    this.words[reg >> 5] |= 1 << (reg & 31);
    return this;
  }

  delete(reg: Reg): void {
    this.words[reg >> 5] &= ~(1 << (reg & 31));
  }

  /** Adds all of another set. Answers whether any was new. */
  addAll({ words }: RegSet): boolean {
    let grown = false;
    for (let i = 0; i < words.length; i++) {
      const next = (this.words[i] | words[i]) >>> 0;
      if (next === this.words[i]) continue;
      this.words[i] = next;
      grown = true;
    }
    return grown;
  }

  deleteAll({ words }: RegSet): void {
    for (let i = 0; i < words.length; i++) this.words[i] &= ~words[i];
  }

  /** Keeps what both sets have. */
  keepAll({ words }: RegSet): void {
    for (let i = 0; i < words.length; i++) this.words[i] &= words[i];
  }

  copy(): RegSet {
    return new RegSet(this.words.slice());
  }

  equals({ words }: RegSet): boolean {
    return this.words.every((word, i) => word === words[i]);
  }

  /** How many of the set are in another one, too. */
  countIn({ words }: RegSet): number {
    let count = 0;
    for (let i = 0; i < words.length; i++) {
      for (let rest = this.words[i] & words[i]; rest !== 0; rest &= rest - 1) count++;
    }
    return count;
  }

  forEach(visit: (reg: Reg) => void): void {
    for (let i = 0; i < this.words.length; i++) {
      for (let rest = this.words[i]; rest !== 0; rest &= rest - 1) {
        visit(32 * i + 31 - Math.clz32(rest & -rest));
      }
    }
  }

  toArray(): Reg[] {
    const all: Reg[] = [];
    this.forEach(reg => void all.push(reg));
    return all;
  }
}

export function regSet(size: number, regs: Iterable<Reg> = []): RegSet {
  const set = new RegSet(size);
  for (const reg of regs) set.add(reg);
  return set;
}
