/** Runs contestants in turn, round after round, so that all meet the same weather; gives medians. */
import { median } from './clock.ts';

export interface Contestant {
  readonly name: string;
  /** One measurement. */
  readonly measure: () => number;
}

export type Medians = Readonly<Record<string, number>>;

export function contest(contestants: readonly Contestant[], rounds: number): Medians {
  const seen = new Map(contestants.map(({ name }) => [name, [] as number[]]));
  for (let round = 0; round < rounds; round++) {
    for (const { name, measure } of contestants) seen.get(name)!.push(measure());
  }
  return Object.fromEntries([...seen].map(([name, values]) => [name, median(values)]));
}
