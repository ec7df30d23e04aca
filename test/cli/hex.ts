/** Intel HEX, written apart from the project's own so that a mistake there cannot hide here. */

const BYTES_PER_RECORD = 16;
const END_RECORD = ':00000001FF\n';

/** A data record: count, address, type 0, data, and the checksum that makes the sum zero. */
export function record(address: number, data: ArrayLike<number>): string {
  const bytes = [data.length, address >> 8, address & 0xff, 0, ...Array.from(data)];
  const checksum = -bytes.reduce((sum, byte) => sum + byte, 0) & 0xff;
  return `:${Buffer.from([...bytes, checksum])
    .toString('hex')
    .toUpperCase()}`;
}

/** A whole file of data records. */
export function hexFile(records: readonly string[]): string {
  return [...records, END_RECORD].join('\n');
}

/** An image from address 0. */
export function hexText(bytes: readonly number[]): string {
  const count = Math.ceil(bytes.length / BYTES_PER_RECORD);
  const starts = Array.from({ length: count }, (_, i) => i * BYTES_PER_RECORD);
  return hexFile(starts.map(start => record(start, bytes.slice(start, start + BYTES_PER_RECORD))));
}
