/** Reads what Callgrind's format says of functions, written apart from the code that writes it. */

export interface FunctionRecord {
  name: string;
  file: string;
  /** Clocks of its own lines. */
  own: number;
  calls: { to: string; times: number; clocks: number }[];
}

export function summaryOf(text: string): number {
  return Number(/^summary: (\d+)$/m.exec(text)![1]);
}

/** @throws Error when a line is none of the format */
export function functionsOf(text: string): FunctionRecord[] {
  const body = text.slice(text.indexOf('\nfl='));
  return body
    .split(/^fl=/m)
    .slice(1)
    .map(part => record(part.trimEnd().split('\n')));
}

function record([file, name, ...rows]: readonly string[]): FunctionRecord {
  const found: FunctionRecord = { name: name.replace(/^fn=/, ''), file, own: 0, calls: [] };
  let calling: { to: string; times: number } | undefined;
  let to = '';
  for (const row of rows) {
    const [, key, value, cost] = /^(?:(cfn|calls|c?fi)=(.*)|\d+ (\d+))$/.exec(row) ?? bad(row);
    if (key === 'cfn') to = value;
    else if (key === 'calls') calling = { to, times: Number(value.split(' ')[0]) };
    else if (cost !== undefined && calling) found.calls.push({ ...calling, clocks: Number(cost) });
    else if (cost !== undefined) found.own += Number(cost);
    if (cost !== undefined) calling = undefined;
  }
  return found;
}

function bad(row: string): never {
  throw new Error(`no line of the format: ${row}`);
}
