/** The drawing of the programmer's board: up to date, and wired as the firmware and the simulated board are. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { AT90S1200 } from '../../vm-host/index.ts';

const docs = new URL('../../docs/', import.meta.url);
const script = fileURLToPath(new URL('schematic/draw.js', docs));
const draw = (option: string): string =>
  execFileSync(process.execPath, [script, option], { encoding: 'utf8' });

/** Net name to `part.pin`, as the script prints it: name, two spaces or more, pins. */
const nets = Object.fromEntries(
  draw('--nets')
    .trim()
    .split('\n')
    .map(line => {
      const [name, pins] = line.split(/ {2,}/);
      return [name, pins.split(' ')];
    }),
);

/** The pin of U100 with this name. */
const pinOf = (name: string): string => `U100.${AT90S1200.pins.find(pin => pin.name === name)!.package}`;

describe('docs/schematic.svg', () => {
  it('is what docs/schematic/draw.js draws', () => {
    expect(readFileSync(new URL('schematic.svg', docs), 'utf8')).toBe(draw('--print'));
  });

  it.each([
    ['RESET', 'PB4', 'JCABLE.5'],
    ['MISO', 'PB5', 'JCABLE.1'],
    ['MOSI', 'PB6', 'JCABLE.4'],
    ['SCK', 'PB7', 'JCABLE.3'],
    ['RXD', 'PD0', 'Q101.C'],
    ['TXD', 'PD1', 'R101.2'],
  ])('joins %s to %s of the programmer and to %s', (net, pin, other) => {
    expect(nets[net]).toContain(pinOf(pin));
    expect(nets[net]).toContain(other);
  });

  it('has every pin of a transistor and a diode on a net of its own', () => {
    const ends = Object.values(nets).map(pins => pins.map(pin => pin.split('.')[0]));
    for (const part of ['Q100', 'Q101', 'D100', 'D101', 'C100', 'C101', 'R100', 'R101', 'R104', 'R105']) {
      const shorted = ends.filter(parts => parts.filter(name => name === part).length > 1);
      expect(shorted, part).toEqual([]);
    }
  });
});
