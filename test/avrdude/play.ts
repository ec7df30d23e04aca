/** Plays a row of the table against a server and checks every witness: status, words, wire, memories. */
import { expect } from 'vitest';
import { type Served, Server, type Workspace } from '../cli/process.ts';
import { avrdude, conversations, FOR_1200, type Run, table, tally } from './harness.ts';
import { expected, holesHex, images } from './images.ts';
import { type Row, SIGN_ON, type Step } from './rows.ts';

/** Writes the files that the rows name. */
export function writeImages(workspace: Workspace): void {
  for (const [name, bytes] of Object.entries(images)) workspace.file(name, bytes);
  workspace.file('holes.hex', holesHex);
}

/** Starts a server with `options`, types every step of the row, ends the server, checks. */
export async function play(row: Row, workspace: Workspace, options: readonly string[]): Promise<Served> {
  const server = await Server.start(workspace, options);
  try {
    for (const step of row.steps) checkStep(step, await type(step, server.port, workspace), workspace);
  } finally {
    await server.stop();
  }
  const served = await server.ended();
  checkWire(row, served);
  checkMemory(row, served);
  expect(served.status).toBe(0);
  return served;
}

function type({ args, bare, input }: Step, port: number, workspace: Workspace): Promise<Run> {
  return avrdude(port, [...(bare ? [] : FOR_1200), ...args], { input, cwd: workspace.path });
}

function checkStep(step: Step, run: Run, workspace: Workspace): void {
  for (const text of step.says ?? []) {
    if (typeof text === 'string') expect(run.output).toContain(text);
    else expect(run.output).toMatch(text);
  }
  // the output is compared with itself so that a wrong status shows it
  expect(run).toEqual({ killed: false, status: step.status, output: run.output });
  if (step.reads) expect(workspace.read(step.reads.file)).toEqual(images[step.reads.equals]);
}

function checkWire(row: Row, served: Served): void {
  const connected = row.steps.filter(step => step.signOn !== '');
  const wanted = connected.map(step => table(`${step.signOn ?? SIGN_ON} ${step.wire ?? ''}`));
  expect(conversations(served.session).map(tally)).toEqual(wanted);
}

function checkMemory(row: Row, served: Served): void {
  if (row.flash) expect(served.flash).toEqual(expected(row.flash, 1024));
  if (row.eeprom) expect(served.eeprom).toEqual(expected(row.eeprom, 64));
  if (row.lockMode !== undefined) expect(served.json.lockMode).toBe(row.lockMode);
}
