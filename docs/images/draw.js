#!/usr/bin/env node
/**
 * Makes the pictures of README.md from real runs, and puts the run's words into it. Wants a built dist/.
 *
 *     node docs/images/draw.js
 *
 * - signature.svg   the wires while a signature byte is read, from a trace of `isp run`
 * - avrdude.svg     a terminal in which avrdude programs the simulated part; left as it is when avrdude is missing
 * - README.md       the block after `$ npx isp run`
 */
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { terminal } from './terminal.js';
import { instructions, parseVcd } from './vcd.js';
import { waveform } from './waveform.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'isp-'));
const isp = join(root, 'dist/isp.js');
const image = name => join(root, 'docs/images', name);

/** `isp run` with a trace; its words go into the README, its wires into the picture. */
function theRun() {
  const trace = join(folder, 'job.vcd');
  const text = execFileSync(process.execPath, [isp, 'run', '--trace', trace], {
    cwd: root,
    encoding: 'utf8',
  });
  const readme = readFileSync(join(root, 'README.md'), 'utf8');
  const block = /(\$ npx isp run\n)[^`]*/;
  if (!block.test(readme)) throw new Error('README.md has no block that begins with "$ npx isp run"');
  writeFileSync(
    join(root, 'README.md'),
    readme.replace(block, (_, command) => command + text),
  );
  const edges = parseVcd(readFileSync(trace, 'utf8'));
  const signature = instructions(edges).find(({ mosi }) => mosi[0] === 0x30 && mosi[2] === 0);
  writeFileSync(image('signature.svg'), waveform(edges, signature));
}

/** A server on the usual port; answers when it listens. */
function serve() {
  const server = spawn(process.execPath, [isp, 'serve', '--once'], { cwd: root });
  const lines = { text: '' };
  const ready = new Promise((resolve, reject) => {
    server.stdout.on('data', data => {
      lines.text += data;
      if (lines.text.includes('listening')) resolve();
    });
    server.on('exit', status => reject(new Error(`isp serve ended with status ${status}`)));
  });
  return { server, lines, ready };
}

/** Builds the firmware and lets avrdude put it into the simulated target. */
async function theSession() {
  if (spawnSync('avrdude').error) return console.log('avrdude is not here: avrdude.svg left as it is');
  const build = execFileSync(process.execPath, [isp, 'build'], { cwd: root, encoding: 'utf8' });
  const { server, lines, ready } = serve();
  await ready;
  const ended = new Promise(resolve => server.removeAllListeners('exit').on('exit', resolve));
  const args = '-c avr910 -P net:localhost:7910 -p 1200 -U flash:w:build/firmware.hex';
  const { stderr, status } = spawnSync('avrdude', args.split(' '), {
    cwd: root,
    encoding: 'utf8',
    timeout: 60_000,
  });
  if (status !== 0) throw new Error(stderr);
  await ended;
  const [listening, ...summary] = lines.text.trim().split('\n');
  writeFileSync(
    image('avrdude.svg'),
    terminal([
      '$ npx isp build',
      ...build.trim().split('\n'),
      '$ npx isp serve --once &',
      listening,
      `$ avrdude ${args}`,
      ...settled(stderr),
      ...summary,
    ]),
  );
}

/** What stays on the screen: of a line that is redrawn only its last state, and no empty lines. */
function settled(text) {
  const lines = text.split('\n').map(line => line.split('\r').findLast(part => part.trim()) ?? '');
  return lines.filter(line => line.trim());
}

try {
  theRun();
  await theSession();
} finally {
  rmSync(folder, { recursive: true });
}
