/** What the bytes and flags of a round follow from. */
import type { Input, Path } from './path.ts';
import type { FlagSource, Value } from './value.ts';

/** What bytes and flags were computed from. */
export interface Needs {
  readonly registers: Set<number>;
  readonly inputs: Set<Input>;
  /** Flags as they were at the head. */
  readonly flags: Set<Before>;
}

type Before = Extract<FlagSource, { kind: 'before' }>;

/** True when the flag is as it was at the head. */
export function isBefore(source: FlagSource, bit: number): boolean {
  return source.kind === 'before' && source.bit === bit;
}

/** What the next round takes over: all that this one asks, or leaves behind, was computed from. */
export function needsOfRound({ registers, changed, flags, questions }: Path): Needs {
  const values = changed.map(number => registers[number]);
  const sources = flags.filter((source, bit) => !isBefore(source, bit));
  for (const question of questions) {
    if (question.kind === 'flag') sources.push(question.source);
    else if (question.kind === 'bit') values.push(question.value);
    else values.push(question.a, question.b);
  }
  return needs(values, sources);
}

export function needs(values: readonly Value[], sources: readonly FlagSource[]): Needs {
  const found: Needs = { registers: new Set(), inputs: new Set(), flags: new Set() };
  const seen = new Set<Value>();
  const visit = (each: Value): void => {
    if (seen.has(each)) return;
    seen.add(each);
    if (each.kind === 'register') found.registers.add(each.number);
    if (each.kind === 'input') found.inputs.add(each);
    if (each.kind === 'sum' || each.kind === 'and' || each.kind === 'or') [each.a, each.b].forEach(visit);
    if (each.kind === 'sum' && each.carry) visitFlag(each.carry);
    if (each.kind === 'other') each.of.forEach(visit);
    if (each.kind === 'other') for (const { source } of each.flags) visitFlag(source);
  };
  const visitFlag = (source: FlagSource): void => {
    if (source.kind === 'before') found.flags.add(source);
    if (source.kind === 'sum' || source.kind === 'zero') visit(source.sum);
    if (source.kind === 'zero') visitFlag(source.before);
    if (source.kind === 'logic' || source.kind === 'count' || source.kind === 'shift') visit(source.result);
    if (source.kind === 'stored') visit(source.of);
  };
  values.forEach(visit);
  sources.forEach(visitFlag);
  return found;
}
