/** Sequences that stand in several places become a function, where the stack has a level left. */

import { type FBlock, type FProgram, stackLevels, stackUse } from '../finish.ts';
import { type Instr, instr, type MFn } from '../mir.ts';
import { isFreeInFront, isSkip, keyOf, type Note, nextId, type Rule, timedBlocks } from './graph.ts';

export const outlineRule: Rule = { name: 'repeated sequence', apply: outline };

/** Longer ones are found piece by piece. */
const LENGTHS = { least: 2, most: 16 };

interface Site {
  block: FBlock;
  start: number;
}

interface Sequence {
  sites: Site[];
  length: number;
  gain: number;
}

function outline(program: FProgram, note: Note): void {
  for (let best = bestSequence(program); best; best = bestSequence(program)) {
    const { sites, length, gain } = best;
    const { at } = sites[0].block.instrs[sites[0].start];
    const fn = addFunction(program, sites[0], length);
    // from the end of each block, so that the places before stay where they are
    for (const { block, start } of [...sites].sort((a, b) => b.start - a.start)) {
      block.instrs.splice(start, length, instr('rcall', block.instrs[start].at, { callee: fn }));
    }
    note(sites[0].block.fn, at, gain);
  }
}

function addFunction(program: FProgram, { block, start }: Site, length: number): MFn {
  const instrs = block.instrs.slice(start, start + length);
  const taken = [...program.entryOf.keys()].filter(({ name }) => name.startsWith('shared~')).length;
  const fn: MFn = {
    ...block.fn,
    name: `shared~${taken + 1}`,
    at: instrs[0].at,
    params: [],
    result: [],
    vector: undefined,
  };
  const entry: FBlock = {
    id: nextId(program),
    fn,
    instrs,
    term: { kind: 'return', interrupt: false, at: fn.at },
  };
  program.blocks.push(entry);
  program.entryOf.set(fn, entry);
  return fn;
}

function bestSequence(program: FProgram): Sequence | undefined {
  const groups = new Map<string, Sequence>();
  const room = stackRoom(program);
  const timed = timedBlocks(program);
  for (const block of program.blocks) {
    if (timed.has(block)) continue;
    for (let start = 0; start < block.instrs.length; start++) collect(groups, block, start, room);
  }
  let best: Sequence | undefined;
  for (const group of groups.values()) {
    const words = group.length;
    const [{ block, start }] = group.sites;
    const last = start + words - 1;
    const next = endsInCall(block, last) ? block.instrs[last].callee! : undefined;
    // a call at the end becomes a jump, or nothing where the function can follow
    const own = words + (next ? (isFreeInFront(program, next) ? -1 : 0) : 1);
    group.gain = (words - 1) * group.sites.length - own;
    if (group.sites.length > 1 && group.gain > (best?.gain ?? 0)) best = group;
  }
  return best;
}

function collect(groups: Map<string, Sequence>, block: FBlock, start: number, room: Room): void {
  if (isSkip(block.instrs[start - 1])) return;
  let key = '';
  for (let length = 1; length <= LENGTHS.most && start + length <= block.instrs.length; length++) {
    const ins = block.instrs[start + length - 1];
    const passesOn = endsInCall(block, start + length - 1);
    if (!room(block.fn, ins, passesOn)) return;
    key += `${keyOf(ins)}; `;
    // a skip must not be the last: what it skips would stay behind
    if (length >= LENGTHS.least && !isSkip(ins)) {
      const group = groups.get(key) ?? { sites: [], length, gain: 0 };
      const last = group.sites[group.sites.length - 1];
      if (!last || last.block !== block || last.start + length <= start) group.sites.push({ block, start });
      groups.set(key, group);
    }
    if (passesOn && !room(block.fn, ins, false)) return;
  }
}

/** A sequence that ends in a call passes its return address on: the call becomes a jump. */
const endsInCall = ({ instrs }: FBlock, last: number): boolean =>
  instrs[last].callee !== undefined && !isSkip(instrs[last - 1]);

/** Whether an instruction of a function may run one call deeper than it does, or, as the last of its sequence, jump. */
type Room = (fn: MFn, ins: Instr, passesOn: boolean) => boolean;

function stackRoom(program: FProgram): Room {
  const levels = stackLevels(program);
  return (fn, { op, callee }, passesOn) => {
    if (op === 'delay' || op === 'mark' || fn.vector !== undefined) return false;
    const beneath = callee ? stackUse(program, callee).levels + (passesOn ? 0 : 1) : 0;
    return (levels.get(fn) ?? program.stackLimit) + 1 + beneath <= program.stackLimit;
  };
}
