/**
 * What the simulated hardware noticed and a person should hear about.
 *
 * A finding never stops a run: a real board does not stop either. Whoever owns
 * the run decides whether a finding makes it fail.
 */

import type { Cycle } from '../vm-host/time.ts';

/** Every kind of finding, with what it means. */
export const findingKinds = {
  contention: 'two strong drivers disagree on one net',
  'pulse lost': 'an SCK level was too short for the target to see',
  'early enable': 'Programming Enable came less than 20 ms after RESET went low',
  'sync lost': 'the target counts its bits from the wrong place',
  'not enabled': 'an instruction came before Programming Enable was accepted',
  'unknown instruction': 'four bytes that mean nothing to the target',
  'command while busy': 'an instruction came while a write or an erase was running',
  'write interrupted': 'RESET went high while a byte was being written',
  'erase cut short': 'RESET went high before the chip erase had its time',
  'page load': 'a byte for the page buffer that came out of turn and was lost',
  'write refused': 'a write that the lock bits forbid',
} as const;

export type FindingKind = keyof typeof findingKinds;

/** One observation, in words, with its place in time and, where an edge caused it, the program counter. */
export interface Finding {
  readonly kind: FindingKind;
  readonly text: string;
  /** Programmer cycle. */
  readonly time: Cycle;
  /** Word address of the instruction that made the edge, when a program made it. */
  readonly pc?: number;
}

export interface FindingsState {
  readonly list: readonly Finding[];
  readonly counts: readonly (readonly [FindingKind, number])[];
}

/** How many findings of one kind are kept in full; beyond that they are only counted. */
const KEPT_PER_KIND = 100;

/** The list on which all parts of a board write. A noisy line must not fill the memory, so kinds are capped. */
export class Findings {
  readonly list: Finding[] = [];
  private readonly counts = new Map<FindingKind, number>();
  private readonly watchers = new Set<(finding: Finding) => void>();

  add(kind: FindingKind, text: string, time: Cycle, pc?: number): void {
    const finding: Finding = pc === undefined ? { kind, text, time } : { kind, text, time, pc };
    const count = this.count(kind) + 1;
    this.counts.set(kind, count);
    if (count <= KEPT_PER_KIND) this.list.push(finding);
    for (const watcher of this.watchers) watcher(finding);
  }

  /** How often a kind occurred, including those no longer kept. */
  count(kind: FindingKind): number {
    return this.counts.get(kind) ?? 0;
  }

  /** Calls `watcher` for each later finding; returns its remover. */
  watch(watcher: (finding: Finding) => void): () => void {
    this.watchers.add(watcher);
    return () => this.watchers.delete(watcher);
  }

  save(): FindingsState {
    return { list: [...this.list], counts: [...this.counts] };
  }

  /** Goes back to what was known then. Watchers are not told. */
  restore({ list, counts }: FindingsState): void {
    this.clear();
    this.list.push(...list);
    for (const [kind, count] of counts) this.counts.set(kind, count);
  }

  /** Forgets everything: for the next session on the same board. */
  clear(): void {
    this.list.length = 0;
    this.counts.clear();
  }
}
