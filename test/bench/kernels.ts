/** Builds and runs single kernels for the tests of this folder. */
import { buildOurs, ROOT } from '../../bench/measure.ts';
import { type Run, recordOurs } from '../../bench/record.ts';
import { KERNELS, type Kernel } from '../../bench/suite.ts';

export function kernelNamed(name: string): Kernel {
  const kernel = KERNELS.find(each => each.name === name);
  if (!kernel) throw new Error(`no kernel ${name}`);
  return kernel;
}

/** Runs our image of a kernel, if need be with other inputs or more runs than the bench does. */
export async function runOurs(name: string, changes: Partial<Kernel> = {}): Promise<Run[]> {
  const kernel = { ...kernelNamed(name), ...changes };
  const { image } = await buildOurs(ROOT, kernel);
  return recordOurs(kernel, image.words);
}

/** The values that a run read from or wrote to a register, in order. */
export function valuesOf(run: Run, register: string): number[] {
  return run.accesses
    .filter(access => access.slice(0, -3) === register)
    .map(access => Number.parseInt(access.slice(-2), 16));
}
