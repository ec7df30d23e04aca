/** Only in the second run of these tests: see translated.ts. */
import { expect, it, vi } from 'vitest';
import { machineWith } from './helpers.ts';

it('the second run of these tests interprets nothing that can be translated', () => {
  const machine = machineWith('inc r16\n inc r17\n rjmp 0');
  const execute = vi.spyOn((machine as unknown as { cpu: { execute(): void } }).cpu, 'execute');
  machine.step();
  machine.run(100);
  expect(execute).not.toHaveBeenCalled();
  expect([...machine.registers.subarray(16, 18)]).toEqual([25, 25]);
});
