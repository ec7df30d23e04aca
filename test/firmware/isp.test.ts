import { beforeAll, describe, expect, it } from 'vitest';
import { LogicMachine } from '../../vm-host/logic.ts';
import { buildWasm } from './build.ts';

let wasm: WebAssembly.Module;

beforeAll(async () => {
  const entry =
    "export * from './isp'; export { startClock, wait } from './clock'; export { main } from './main';";
  wasm = new WebAssembly.Module((await buildWasm({ entry })) as BufferSource);
});

/** Calls one function of isp.ts and notes MOSI at each rising edge of SCK; MISO gives `answer`, first bit first. */
function exchange(name: string, values: number[], answer: readonly number[] = []) {
  const machine = new LogicMachine({ wasm });
  const { PB4, PB5, PB6, PB7 } = machine.pins;
  machine.exports.startClock();
  machine.exports.enter();
  machine.exports.wait(1);
  let sent = '';
  const edges: number[] = [];
  const bits = [...answer];
  PB5.level = (bits.shift() ?? 1) === 1;
  PB7.onDrive = (drive, now) => {
    edges.push(now);
    if (drive === 'high') sent += PB6.drive === 'high' ? '1' : '0';
    else PB5.level = (bits.shift() ?? 1) === 1;
  };
  const result = machine.exports[name](...values)! & 0xff;
  machine.exports.wait(1);
  return { result, sent, edges, reset: PB4.drive };
}

describe('transfer', () => {
  it('sends the most significant bit first', () => {
    expect(exchange('transfer', [0x53]).sent).toBe('01010011');
  });

  it('returns what came on MISO meanwhile', () => {
    expect(exchange('transfer', [0xff], [1, 0, 0, 1, 0, 1, 1, 0]).result).toBe(0x96);
  });
});

describe('instruction', () => {
  it('returns what came with the fourth byte', () => {
    const answer = [...Array(24).fill(1), 0, 0, 0, 1, 1, 1, 1, 0];
    expect(exchange('instruction', [0x30, 0, 0, 0], answer).result).toBe(0x1e);
  });

  it('sends 32 bits and leaves RESET and SCK low', () => {
    const { sent, edges, reset } = exchange('instruction', [0xac, 0x53, 0x00, 0xff]);
    expect(sent).toBe('10101100010100110000000011111111');
    expect(edges).toHaveLength(64);
    expect(reset).toBe('low');
  });
});
