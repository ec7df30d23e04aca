/**
 * Set-up of the second run of these tests: every machine translates, each place when the program first comes to it,
 * and a step is a run of one clock, for `step()` itself always interprets.
 */
import { vi } from 'vitest';
import { warmth } from '../../vm-host/fast/translation.ts';

warmth.meetings = 1;

vi.mock('../../vm-host/index.ts', async original => {
  const door = await original<typeof import('../../vm-host/index.ts')>();
  class Translating extends door.Machine {
    constructor(options: import('../../vm-host/index.ts').MachineOptions) {
      super({ engine: 'fast', ...options });
    }

    override step(): void {
      this.run(this.cycle + 1);
    }
  }
  return { ...door, Machine: Translating };
});
