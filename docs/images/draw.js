#!/usr/bin/env node
/**
 * Makes the pictures of README.md from real runs, and writes what commands print into the pages. Wants a built dist/.
 *
 *     node docs/images/draw.js
 *
 * - signature.svg   the wires while a signature byte is read, from a trace of `isp run`
 * - avrdude.svg     a terminal in which avrdude programs the simulated part; left as it is when avrdude is missing
 * - timing.png      the head of the page that `isp timing --html` writes; left as it is when chromium is missing
 * - README.md, docs/timing.md, docs/firmware.md: the blocks that begin with `$ npx isp …` or `$ npm run bench -- …`
 */
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { refresh } from './blocks.js';
import { terminal } from './terminal.js';
import { instructions, parseVcd } from './vcd.js';
import { waveform } from './waveform.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'isp-'));
const isp = join(root, 'dist/isp.js');
/** Pages with blocks of output. */
const PAGES = ['README.md', 'docs/timing.md', 'docs/firmware.md'];

const image = name => join(root, 'docs/images', name);

/** The wires of `isp run` while the first signature byte is read. */
function theSignature() {
  const trace = join(folder, 'job.vcd');
  execFileSync(process.execPath, [isp, 'run', '--trace', trace], { cwd: root });
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

/** The report as a browser shows it, made small by pngquant where that is installed. */
function theReport() {
  if (spawnSync('chromium', ['--version']).error) {
    console.log('chromium is not here: timing.png left as it is');
    return;
  }
  const page = join(folder, 'timing.html');
  execFileSync(process.execPath, [isp, 'timing', '--html', page], { cwd: root });
  const shot = ['--headless=new', '--no-sandbox', '--hide-scrollbars', '--window-size=1280,720'];
  spawnSync('chromium', [...shot, `--screenshot=${image('timing.png')}`, `file://${page}`]);
  spawnSync('pngquant', ['--force', '--ext', '.png', '64', image('timing.png')]);
}

/** What stays on the screen: of a line that is redrawn only its last state, and no empty lines. */
function settled(text) {
  const lines = text.split('\n').map(line => line.split('\r').findLast(part => part.trim()) ?? '');
  return lines.filter(line => line.trim());
}

try {
  for (const page of PAGES) refresh(join(root, page), root);
  theSignature();
  theReport();
  await theSession();
} finally {
  rmSync(folder, { recursive: true });
}
