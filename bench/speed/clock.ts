/** Time as a bench needs it on a machine that others use too, and how rates are printed. */

/** Processor seconds that `work` took, of all threads of this process. */
export function processorSeconds(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}

/** Seconds on the wall. */
export function wallSeconds(work: () => void): number {
  const before = performance.now();
  work();
  return (performance.now() - before) / 1000;
}

/** The middle one; the lower of two middle ones. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[(sorted.length - 1) >> 1];
}

/** Clocks per second; what only jumps has no rate worth a number. */
export function MHz(rate: number | undefined): string {
  if (rate === undefined) return '-';
  return rate > 1e12 ? '> 1 000 000' : (rate / 1e6).toFixed(0);
}

export function times(ratio: number): string {
  return ratio > 1e5 ? '> 100 000 ×' : `${ratio.toFixed(1)} ×`;
}
