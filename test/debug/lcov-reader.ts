/** Reads a trace file of lcov by geninfo(1), written apart from the code that writes it. */

export interface LcovRecord {
  file: string;
  lines: [line: number, runs: number][];
  functions: { name: string; line: number; runs: number }[];
  sums: Record<string, number>;
}

export function records(text: string): LcovRecord[] {
  expectEnd(text);
  return text
    .split('end_of_record\n')
    .slice(0, -1)
    .map(part => record(part.trimEnd().split('\n')));
}

function expectEnd(text: string): void {
  if (!text.endsWith('end_of_record\n')) throw new Error('the last record does not end');
}

function record(rows: readonly string[]): LcovRecord {
  const found: LcovRecord = { file: '', lines: [], functions: [], sums: {} };
  for (const row of rows) take(row, found);
  return found;
}

function take(row: string, found: LcovRecord): void {
  const [, key, rest] = /^([A-Z]+):(.*)$/.exec(row)!;
  const [first, ...others] = rest.split(',');
  if (key === 'SF') found.file = rest;
  else if (key === 'DA') found.lines.push([Number(first), Number(others[0])]);
  else if (key === 'FN') found.functions.push({ name: others.join(), line: Number(first), runs: Number.NaN });
  else if (key === 'FNDA') found.functions.find(({ name }) => name === others.join())!.runs = Number(first);
  else if (key !== 'TN') found.sums[key] = Number(rest);
}
