/**
 * The named rules on finished blocks. Each saves words and says so; none crosses a
 * label where another way in could see a difference.
 *
 * needs:  finished blocks
 * leaves: fewer words
 * keeps:  effects, their order, and what the registers hold when somebody looks
 */

import { type FBlock, type FProgram, type FTerm, fSuccessors, reachableFrom } from './finish.ts';
import { liveAtEntry } from './live-registers.ts';
import { type Instr, instr, type MFn, SHAPES } from './mir.ts';

/** Words saved, by name of the rule. */
export type Savings = Record<string, number>;

interface Rule {
  name: string;
  apply: (program: FProgram) => number;
}

const RULES: readonly Rule[] = [
  { name: 'constant already in the register', apply: reuseConstants },
  { name: 'choose before the test', apply: hoistChoice },
  { name: 'skip over one instruction', apply: skipOverOne },
  { name: 'set before the test', apply: setEarly },
  { name: 'two skips for two ways', apply: skipBoth },
  { name: 'shared tail', apply: shareTails },
  { name: 'same arguments to the same function', apply: sharePrefixes },
];

/** Applies all rules until none saves anything more. */
export function peephole(program: FProgram): Savings {
  const savings: Savings = {};
  clean(program);
  for (let changed = true; changed; ) {
    changed = false;
    for (const { name, apply } of RULES) {
      const saved = apply(program);
      clean(program);
      if (saved === 0) continue;
      savings[name] = (savings[name] ?? 0) + saved;
      changed = true;
    }
  }
  return savings;
}

// --- keeping the graph small --------------------------------------------------

/** Passes over empty blocks, joins chains, drops what cannot be reached. */
export function clean(program: FProgram): void {
  for (let changed = true; changed; ) {
    changed = passEmpty(program);
    for (const block of program.blocks) changed = jumpInsteadOfCall(block, program.entryOf) || changed;
    dropUnreachable(program);
    changed = joinChains(program) || changed;
  }
}

function mapTerm(term: FTerm, change: (to: FBlock) => FBlock): FTerm {
  if (term.kind === 'return') return term;
  if (term.kind === 'jump') return { kind: 'jump', to: change(term.to) };
  const [then, otherwise] = [change(term.then), change(term.else)];
  return then === otherwise ? { kind: 'jump', to: then } : { ...term, then, else: otherwise };
}

function passEmpty(program: FProgram): boolean {
  const onward = (block: FBlock): FBlock => {
    const seen = new Set<FBlock>();
    let to = block;
    while (to.instrs.length === 0 && to.term.kind === 'jump' && !seen.has(to)) {
      seen.add(to);
      to = to.term.to;
    }
    return to;
  };
  let changed = false;
  for (const block of program.blocks) {
    const before = fSuccessors(block);
    block.term = mapTerm(block.term, onward);
    if (block.term.kind === 'jump') block.term = returnAtOnce(block.term);
    const after = fSuccessors(block);
    changed = changed || before.length !== after.length || before.some((to, i) => to !== after[i]);
  }
  for (const [fn, entry] of program.entryOf) program.entryOf.set(fn, onward(entry));
  return changed;
}

/** rcall f, ret: f returns to whoever called us. */
function jumpInsteadOfCall(block: FBlock, entryOf: Map<MFn, FBlock>): boolean {
  const { instrs, term } = block;
  const last = instrs[instrs.length - 1];
  if (term.kind !== 'return' || term.interrupt || !last?.callee || isSkip(instrs[instrs.length - 2]))
    return false;
  instrs.pop();
  block.term = { kind: 'jump', to: entryOf.get(last.callee)! };
  return true;
}

/** A jump to nothing but a return is a return. */
function returnAtOnce(term: Extract<FTerm, { kind: 'jump' }>): FTerm {
  return term.to.instrs.length === 0 && term.to.term.kind === 'return' ? term.to.term : term;
}

/** All functions that something calls, main and the handlers among them. */
function liveEntries(program: FProgram): FBlock[] {
  const fns = new Set<MFn>([program.main, ...program.vectors.map(({ fn }) => fn)]);
  for (const fn of fns) {
    for (const block of reachableFrom([program.entryOf.get(fn)!])) {
      for (const ins of block.instrs) if (ins.callee) fns.add(ins.callee);
    }
  }
  return [...fns].map(fn => program.entryOf.get(fn)!);
}

function dropUnreachable(program: FProgram): void {
  const seen = reachableFrom(liveEntries(program));
  program.blocks = program.blocks.filter(block => seen.has(block));
}

function countEntries(program: FProgram): Map<FBlock, number> {
  const entries = new Map<FBlock, number>();
  const add = (block: FBlock) => entries.set(block, (entries.get(block) ?? 0) + 1);
  liveEntries(program).forEach(add);
  for (const block of program.blocks) fSuccessors(block).forEach(add);
  return entries;
}

function joinChains(program: FProgram): boolean {
  const entries = countEntries(program);
  const gone = new Set<FBlock>();
  for (const block of program.blocks) {
    if (gone.has(block)) continue;
    while (block.term.kind === 'jump') {
      const next: FBlock = block.term.to;
      if (next === block || entries.get(next) !== 1) break;
      block.instrs.push(...next.instrs);
      block.term = next.term;
      gone.add(next);
    }
  }
  program.blocks = program.blocks.filter(block => !gone.has(block));
  return gone.size > 0;
}

// --- constants ------------------------------------------------------------------

/** LDI of what the register holds already. Known contents flow into a block from its only predecessor. */
function reuseConstants(program: FProgram): number {
  const entries = countEntries(program);
  const preds = new Map<FBlock, FBlock>();
  for (const block of program.blocks) for (const next of fSuccessors(block)) preds.set(next, block);
  const atEnd = new Map<FBlock, Map<number, number>>();
  const changed = clobbers(program);
  let saved = 0;
  for (const block of program.blocks) {
    const pred = entries.get(block) === 1 ? preds.get(block) : undefined;
    const known = new Map(pred && atEnd.get(pred));
    block.instrs = block.instrs.filter((ins, i) => {
      const again = ins.op === 'ldi' && known.get(ins.d) === ins.k && !isSkip(block.instrs[i - 1]);
      if (again) saved++;
      else learn(known, ins, isSkip(block.instrs[i - 1]), changed);
      return !again;
    });
    atEnd.set(block, known);
  }
  return saved;
}

function learn(
  known: Map<number, number>,
  ins: Instr,
  perhaps: boolean,
  changed: (fn: MFn) => Set<number>,
): void {
  if (ins.callee) for (const reg of changed(ins.callee)) known.delete(reg);
  for (const reg of ins.scratch) known.delete(reg);
  if (ins.d < 0 || !SHAPES[ins.op]?.writesD) return;
  const copy = ins.op === 'mov' ? known.get(ins.r) : ins.op === 'ldi' ? ins.k : undefined;
  known.delete(ins.d);
  if (copy !== undefined && !perhaps) known.set(ins.d, copy);
}

/** Registers that a function and all it calls may change. */
function clobbers(program: FProgram): (fn: MFn) => Set<number> {
  const known = new Map<MFn, Set<number>>();
  const of = (fn: MFn): Set<number> => {
    const done = known.get(fn);
    if (done) return done;
    const regs = new Set<number>();
    known.set(fn, regs);
    for (const block of reachableFrom([program.entryOf.get(fn)!])) {
      for (const ins of block.instrs) {
        if (ins.d >= 0 && SHAPES[ins.op]?.writesD) regs.add(ins.d);
        for (const reg of ins.scratch) regs.add(reg);
        if (ins.callee) for (const reg of of(ins.callee)) regs.add(reg);
      }
    }
    return regs;
  };
  return of;
}

// --- skips ----------------------------------------------------------------------

const SKIPS: ReadonlySet<string> = new Set(['sbrc', 'sbrs', 'sbic', 'sbis', 'cpse', 'brbs', 'brbc']);
const isSkip = (ins: Instr | undefined): boolean => ins !== undefined && SKIPS.has(ins.op);

/** The single instruction of a block that does nothing else, when it is one word. */
function single(block: FBlock): Instr | undefined {
  const [only] = block.instrs;
  return block.instrs.length === 1 && only.op !== 'delay' && !isSkip(only) ? only : undefined;
}

/** if (test) one instruction: the skip takes the place of a branch and its block. */
function skipOverOne(program: FProgram): number {
  const entries = countEntries(program);
  let saved = 0;
  for (const block of program.blocks) {
    const { term } = block;
    if (term.kind !== 'skip' && term.kind !== 'flag') continue;
    for (const way of [term.then, term.else]) {
      const other = way === term.then ? term.else : term.then;
      const body = single(way);
      if (!body || entries.get(way) !== 1 || way.term.kind !== 'jump' || way.term.to !== other) continue;
      block.instrs.push(skipUnless(block, way === term.then), body);
      block.term = { kind: 'jump', to: other };
      saved++;
      break;
    }
  }
  return saved;
}

/** The instruction that skips the next one unless the test goes the given way. */
function skipUnless(block: FBlock, then: boolean): Instr {
  const { term } = block;
  if (term.kind === 'skip') return then ? term.ifClear : term.ifSet;
  if (term.kind !== 'flag') throw new Error('nothing to skip on');
  const last = block.instrs[block.instrs.length - 1];
  // equal registers: CPSE compares and skips in one word
  if (!then && term.flag === 1 && last?.op === 'cp') {
    block.instrs.pop();
    return { ...last, op: 'cpse' };
  }
  return instr(then ? 'brbc' : 'brbs', term.at, { b: term.flag, k: 1 });
}

/**
 * One way only sets registers and jumps on, and the other way does not read them: set
 * them before the test, and the branch itself is the jump.
 */
function setEarly(program: FProgram): number {
  const entries = countEntries(program);
  let saved = 0;
  for (const block of program.blocks) {
    const { term } = block;
    if (term.kind !== 'flag') continue;
    for (const way of [term.then, term.else]) {
      const other = way === term.then ? term.else : term.then;
      if (entries.get(way) !== 1 || way.term.kind !== 'jump' || way.instrs.length !== 1) continue;
      const [ins] = way.instrs;
      const to = way.term.to;
      if (ins.op !== 'ldi' || readByTest(block, ins.d) || to === other || to === way) continue;
      // the far side of a long jump would need it back
      if ((liveAtEntry(program).get(other)! & (1 << ins.d)) !== 0) continue;
      insertBeforeTest(block, ins);
      way.instrs = [];
      saved++;
      break;
    }
    if (saved > 0) return saved;
  }
  return saved;
}

/** Both ways set one register: set it the one way first, then skip over the other. */
function hoistChoice(program: FProgram): number {
  const entries = countEntries(program);
  let saved = 0;
  for (const block of program.blocks) {
    const found = diamond(block, entries);
    if (!found) continue;
    const { then, otherwise, join } = found;
    const sets = (ins: Instr) => ins.op === 'ldi' || ins.op === 'mov';
    if (!sets(then) || !sets(otherwise) || then.d !== otherwise.d || readByTest(block, then.d)) continue;
    if (then.r === then.d || otherwise.r === then.d) continue;
    insertBeforeTest(block, otherwise);
    block.instrs.push(skipUnless(block, true), then);
    block.term = { kind: 'jump', to: join };
    saved++;
  }
  return saved;
}

function diamond(
  block: FBlock,
  entries: Map<FBlock, number>,
): { then: Instr; otherwise: Instr; join: FBlock } | undefined {
  const { term } = block;
  if (term.kind !== 'skip' && term.kind !== 'flag') return undefined;
  const [then, otherwise] = [single(term.then), single(term.else)];
  const [a, b] = [term.then.term, term.else.term];
  if (!then || !otherwise || a.kind !== 'jump' || b.kind !== 'jump' || a.to !== b.to) return undefined;
  return entries.get(term.then) === 1 && entries.get(term.else) === 1
    ? { then, otherwise, join: a.to }
    : undefined;
}

const COMPARES: ReadonlySet<string> = new Set(['cp', 'cpi', 'cpc', 'tst']);

/** Whether the test at the end of a block, or the comparison for it, reads a register. */
function readByTest(block: FBlock, reg: number): boolean {
  if (block.term.kind === 'skip' && block.term.ifSet.d === reg) return true;
  const { instrs } = block;
  for (let i = instrs.length - 1; i >= 0 && COMPARES.has(instrs[i].op); i--) {
    if (instrs[i].d === reg || instrs[i].r === reg) return true;
  }
  return false;
}

function insertBeforeTest(block: FBlock, ins: Instr): void {
  let i = block.instrs.length;
  while (i > 0 && COMPARES.has(block.instrs[i - 1].op)) i--;
  block.instrs.splice(i, 0, ins);
}

/** if (bit) x else y, one instruction each: skip, y, skip, x. The bit is in a register that neither changes. */
function skipBoth(program: FProgram): number {
  const entries = countEntries(program);
  let saved = 0;
  for (const block of program.blocks) {
    const found = diamond(block, entries);
    const { term } = block;
    if (!found || term.kind !== 'skip' || term.ifSet.op !== 'sbrs') continue;
    const { then, otherwise, join } = found;
    if (otherwise.callee || (otherwise.d === term.ifSet.d && SHAPES[otherwise.op].writesD)) continue;
    block.instrs.push(term.ifSet, otherwise, { ...term.ifClear }, then);
    block.term = { kind: 'jump', to: join };
    saved++;
  }
  return saved;
}

// --- tails ----------------------------------------------------------------------

const keyOf = ({ op, d, r, k, b, callee, scratch }: Instr): string =>
  `${op} ${d} ${r} ${k} ${b} ${callee?.name ?? ''} ${callee?.at ?? ''} ${scratch.join(',')}`;

function endKey(term: FTerm): string | undefined {
  if (term.kind === 'jump') return `jump ${term.to.id}`;
  return term.kind === 'return' ? `return ${term.interrupt}` : undefined;
}

/** Two blocks that end alike share the end. The best pair first. */
function shareTails(program: FProgram): number {
  let saved = 0;
  for (let best = bestTail(program); best; best = bestTail(program)) {
    share(program, best.a, best.b, best.length);
    saved += best.gain;
  }
  return saved;
}

interface Tail {
  a: FBlock;
  b: FBlock;
  length: number;
  gain: number;
}

function bestTail(program: FProgram): Tail | undefined {
  const groups = new Map<string, FBlock[]>();
  for (const block of program.blocks) {
    const key = endKey(block.term);
    if (!key) continue;
    groups.set(key, [...(groups.get(key) ?? []), block]);
  }
  let best: Tail | undefined;
  for (const group of groups.values()) {
    for (let i = 0; i < group.length; i++) {
      for (let j = i + 1; j < group.length; j++) {
        const tail = commonTail(group[i], group[j]);
        if (tail && tail.gain > (best?.gain ?? 0)) best = tail;
      }
    }
  }
  return best;
}

function commonTail(a: FBlock, b: FBlock): Tail | undefined {
  let length = 0;
  const at = (block: FBlock, i: number) => block.instrs[block.instrs.length - 1 - i];
  while (length < Math.min(a.instrs.length, b.instrs.length) && keyOf(at(a, length)) === keyOf(at(b, length)))
    length++;
  // a skip must stay in front of what it skips
  while (length > 0 && (isSkip(at(a, length)) || isSkip(at(b, length)))) length--;
  if (length === 0) return undefined;
  // the end stays where it stood in one of the two: only the other changes its jump
  return { a, b, length, gain: wordsOf(a.instrs.slice(-length)) };
}

const wordsOf = (code: Instr[]): number => code.reduce((sum, ins) => sum + (ins.op === 'delay' ? 4 : 1), 0);

function share(program: FProgram, a: FBlock, b: FBlock, length: number): void {
  const [long, short] = a.instrs.length > b.instrs.length ? [a, b] : [b, a];
  let tail = short;
  if (short.instrs.length !== length) {
    tail = { id: nextId(program), fn: short.fn, instrs: short.instrs.splice(-length), term: short.term };
    short.term = { kind: 'jump', to: tail };
    program.blocks.splice(program.blocks.indexOf(short) + 1, 0, tail);
  }
  long.instrs.splice(-length);
  long.term = { kind: 'jump', to: tail };
}

// --- calls ----------------------------------------------------------------------

/** A call of a function and the instructions right in front of it. */
interface CallSite {
  block: FBlock;
  index: number;
  callee: MFn;
}

/**
 * Calls of one function after the same instructions: those instructions become a
 * second entry in front of the function. No return address more is needed.
 */
function sharePrefixes(program: FProgram): number {
  let saved = 0;
  for (let best = bestPrefix(program); best; best = bestPrefix(program)) {
    const { sites, length, gain } = best;
    addEntry(program, sites, length);
    saved += gain;
  }
  return saved;
}

interface Prefix {
  sites: CallSite[];
  length: number;
  gain: number;
}

function bestPrefix(program: FProgram): Prefix | undefined {
  const sites = program.blocks.flatMap(block =>
    block.instrs.flatMap((ins, index) =>
      ins.callee && !isSkip(block.instrs[index - 1]) ? [{ block, index, callee: ins.callee }] : [],
    ),
  );
  const groups = new Map<string, Prefix>();
  for (const site of sites) {
    let key = keyOf(site.block.instrs[site.index]);
    for (let length = 1; movable(site, length); length++) {
      key = `${keyOf(site.block.instrs[site.index - length])}; ${key}`;
      const group = groups.get(key) ?? { sites: [], length, gain: 0 };
      group.sites.push(site);
      // one jump to the function proper, unless the entry can stand right in front of it
      group.gain = length * (group.sites.length - 1) - 1;
      groups.set(key, group);
    }
  }
  return [...groups.values()].reduce<Prefix | undefined>(
    (best, group) => (group.gain > (best?.gain ?? 0) ? group : best),
    undefined,
  );
}

/** Whether the `length` instructions in front of a call can move: no call among them, no skip cut in two. */
function movable({ block, index }: CallSite, length: number): boolean {
  const ins = block.instrs[index - length];
  return (
    ins !== undefined &&
    !ins.callee &&
    ins.op !== 'delay' &&
    !isSkip(ins) &&
    !isSkip(block.instrs[index - length - 1])
  );
}

function addEntry(program: FProgram, sites: CallSite[], length: number): void {
  const [{ block, index, callee }] = sites;
  const id = nextId(program);
  const prefix = block.instrs.slice(index - length, index);
  const fn: MFn = { ...callee, name: entryName(program, callee), at: prefix[0].at };
  const entry: FBlock = { id, fn, instrs: prefix, term: { kind: 'jump', to: program.entryOf.get(callee)! } };
  program.blocks.push(entry);
  program.entryOf.set(fn, entry);
  for (const site of sites.sort((a, b) => b.index - a.index)) {
    const call = site.block.instrs[site.index];
    site.block.instrs.splice(site.index - length, length + 1, { ...call, callee: fn });
  }
}

/** A further entry of f is called f+1, f+2 and so on. */
function entryName(program: FProgram, callee: MFn): string {
  const base = callee.name.replace(/\+\d+$/, '');
  const taken = [...program.entryOf.keys()].filter(({ name }) => name.startsWith(`${base}+`)).length;
  return `${base}+${taken + 1}`;
}

const nextId = (program: FProgram): number => Math.max(...program.blocks.map(block => block.id)) + 1;
