/**
 * Finished blocks as text, in and out, for tests of the rules that work on them.
 *
 *     main():
 *       ldi r16, 5
 *       cpi r16, 3
 *       Z ? near : far
 *     near:
 *       r17.3 ? far : near
 *     far:
 *       jump main
 *
 * A name with () begins a function, the first is main. A block ends in a flag (C, Z, S), a bit of a
 * register, a bit of a port (`io 22.3`), a jump or a return. `tst r16 only 3`: no other bit of r16 can be set.
 */

import type { FBlock, FProgram, FTerm } from '../../compiler/finish.ts';
import { type Instr, instr, type MFn } from '../../compiler/mir.ts';

const FLAGS: Readonly<Record<string, number>> = { C: 0, Z: 1, S: 4 };

/** @param stackLimit return addresses that the program may use */
export function parseBlocks(text: string, stackLimit = 3): FProgram {
  const lines = text
    .split('\n')
    .map(line => line.trim())
    .filter(line => line !== '');
  const blocks = new Map<string, FBlock>();
  const fns = new Map<string, MFn>();
  const entryOf = new Map<MFn, FBlock>();
  let fn: MFn | undefined;
  for (const line of lines) {
    const label = /^(\w+)(\(\))?:$/.exec(line);
    if (!label) continue;
    if (label[2]) {
      fn = { name: label[1], at: 0, blocks: [], params: [], result: [], vector: undefined };
      fns.set(label[1], fn);
    }
    const block: FBlock = {
      id: blocks.size + 1,
      fn: fn!,
      instrs: [],
      term: { kind: 'return', interrupt: false, at: 0 },
    };
    if (label[2]) entryOf.set(fn!, block);
    blocks.set(label[1], block);
  }
  const named = (name: string): FBlock => {
    const block = blocks.get(name);
    if (!block) throw new SyntaxError(`no block ${name}`);
    return block;
  };
  let block: FBlock | undefined;
  for (const line of lines) {
    const label = /^(\w+)(\(\))?:$/.exec(line);
    if (label) block = named(label[1]);
    else {
      const end = parseEnd(line, named);
      if (end) block!.term = end;
      else block!.instrs.push(parseInstr(line, fns));
    }
  }
  const [main] = fns.values();
  return {
    blocks: [...blocks.values()],
    entryOf,
    main,
    vectors: [],
    stackLimit,
    cleared: 0,
    zero: undefined,
  };
}

function parseEnd(line: string, named: (name: string) => FBlock): FTerm | undefined {
  if (line === 'return') return { kind: 'return', interrupt: false, at: 0 };
  const jump = /^jump (\w+)$/.exec(line);
  if (jump) return { kind: 'jump', to: named(jump[1]) };
  const test = /^(\S+|io \S+) \? (\w+) : (\w+)$/.exec(line);
  if (!test) return undefined;
  const ways = { then: named(test[2]), else: named(test[3]), at: 0 };
  if (test[1] in FLAGS) return { kind: 'flag', flag: FLAGS[test[1]], ...ways };
  const [, io, place, bit] = /^(io )?r?(\d+)\.(\d)$/.exec(test[1])!;
  const fields = io ? { k: Number(place), b: Number(bit) } : { d: Number(place), b: Number(bit) };
  const names = io ? ['sbis', 'sbic'] : ['sbrs', 'sbrc'];
  return { kind: 'skip', ifSet: instr(names[0], 0, fields), ifClear: instr(names[1], 0, fields), ...ways };
}

/** Operands that are no registers, in the order in which they are written. */
function numbersOf(op: string): ('k' | 'b')[] {
  if (['sbi', 'cbi', 'sbis', 'sbic'].includes(op)) return ['k', 'b'];
  if (['sbrc', 'sbrs'].includes(op)) return ['b'];
  return ['brbs', 'brbc'].includes(op) ? ['b', 'k'] : ['k'];
}

function parseInstr(line: string, fns: Map<string, MFn>): Instr {
  const [op, ...words] = line.split(/[ ,]+/);
  const made = instr(op, 0);
  if (op === 'tst' && words[1] === 'only')
    return { ...made, d: Number(words[0].slice(1)), k: 1, b: Number(words[2]) };
  if (op === 'st') return { ...made, d: Number(words[1].slice(1)), r: 30 };
  const numbers = numbersOf(op);
  for (const word of words) {
    const register = /^r(\d+)$/.exec(word);
    if (op === 'rcall') made.callee = fns.get(word);
    else if (!register) made[numbers.shift()!] = Number(word);
    else if (op === 'delay') made.scratch.push(Number(register[1]));
    else if (made.d < 0) made.d = Number(register[1]);
    else made.r = Number(register[1]);
  }
  return made;
}

/** The program as text; blocks that a rule made are called new1, new2 and so on. */
export function printBlocks(program: FProgram, original: FProgram, text: string): string {
  const labels = [...text.matchAll(/^\s*(\w+)(?:\(\))?:$/gm)].map(([, label]) => label);
  const names = new Map(original.blocks.map((block, i) => [block, labels[i]]));
  let made = 0;
  for (const block of program.blocks) if (!names.has(block)) names.set(block, `new${++made}`);
  const entries = new Set(program.entryOf.values());
  return program.blocks
    .flatMap(block => [
      `${names.get(block)}${entries.has(block) ? '()' : ''}:`,
      ...block.instrs.map(ins => `  ${printInstr(ins)}`),
      `  ${printEnd(block.term, names)}`,
    ])
    .join('\n');
}

function printInstr(ins: Instr): string {
  if (ins.op === 'st') return `st Z, r${ins.d}`;
  if (ins.op === 'tst' && ins.k === 1) return `tst r${ins.d} only ${ins.b}`;
  const registers = [ins.d, ins.r, ...ins.scratch].filter(reg => reg >= 0).map(reg => `r${reg}`);
  const immediate = ['ldi', 'cpi', 'subi', 'sbci', 'andi', 'ori', 'in', 'out', 'delay'].includes(ins.op);
  const hasNumbers = immediate || /^(sb|cb|br)/.test(ins.op);
  const numbers =
    hasNumbers && !/^sb[c]$/.test(ins.op) && ins.op !== 'sub' ? numbersOf(ins.op).map(k => `${ins[k]}`) : [];
  const operands = ins.op === 'out' ? [...numbers, ...registers] : [...registers, ...numbers];
  return [ins.op, [ins.callee?.name, ...operands].filter(Boolean).join(', ')].join(' ').trim();
}

function printEnd(term: FTerm, names: Map<FBlock, string>): string {
  if (term.kind === 'return') return 'return';
  if (term.kind === 'jump') return `jump ${names.get(term.to)}`;
  const ways = `${names.get(term.then)} : ${names.get(term.else)}`;
  if (term.kind === 'flag') return `${Object.keys(FLAGS).find(name => FLAGS[name] === term.flag)} ? ${ways}`;
  const { op, k, d, b } = term.ifSet;
  return `${op === 'sbis' ? `io ${k}` : `r${d}`}.${b} ? ${ways}`;
}
