/** WebAssembly modules as bytes, for code that no compiler writes. */

/** An unsigned number in groups of seven bits (WebAssembly core specification, 5.2.2). */
function unsigned(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...unsigned(value >>> 7)];
}

const section = (id: number, content: number[]): number[] => [id, ...unsigned(content.length), ...content];
const name = (text: string): number[] => [text.length, ...Buffer.from(text)];

const I32 = 0x7f;

/** `in(0x10)`: the pins of port D. */
export const input: readonly number[] = [0x41, 0x10, 0x10, 0];

/** `out(0x18, value)`: to port B. */
export const output = (value: number): number[] => [0x41, 0x18, 0x41, value, 0x10, 1];

/** A branch back to the loop around it. */
export const endless: readonly number[] = [0x0c, 0];

/** The same bytes so many times. */
export const repeat = (count: number, ...bytes: number[]): number[] =>
  Array.from({ length: count }, () => bytes).flat();

/** A module whose function `main` has this code. Function 0 is `in`, 1 is `out`. */
export function module(code: number[], locals = 0): Uint8Array {
  const declared = locals > 0 ? [1, ...unsigned(locals), I32] : [0];
  const body = [...declared, ...code, 0x0b];
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
    ...section(1, [3, 0x60, 0, 0, 0x60, 1, I32, 1, I32, 0x60, 2, I32, I32, 0]),
    ...section(2, [2, ...name('mcu'), ...name('in'), 0, 1, ...name('mcu'), ...name('out'), 0, 2]),
    ...section(3, [1, 0]),
    ...section(7, [1, ...name('main'), 0, 2]),
    ...section(10, [1, ...unsigned(body.length), ...body]),
  ]);
}
