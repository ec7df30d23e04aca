/** `isp devices`: what can sit in the socket. */
import { avr910CodeOf, type Device, devices, standIns } from '../simulator/index.ts';
import type { Outcome } from './outcome.ts';

/** One line of the table: a heading and how to get its cell. */
const columns: readonly [heading: string, cell: (name: string, device: Device) => string][] = [
  ['target', name => name],
  ['part', (_, device) => device.name],
  ['flash', (_, device) => `${device.flash.bytes} bytes`],
  ['pages', (_, { flash }) => (flash.page ? `${2 * flash.page} bytes` : '-')],
  ['EEPROM', (_, device) => `${device.eeprom.bytes} bytes`],
  ['signature', (_, device) => device.signature.map(hex).join(' ')],
  ['AVR910', (_, device) => codeOf(device)],
  ['avrdude', (_, device) => avrdudeOptions(device)],
  ['SCK high / low, target clocks', (_, { sck }) => sck.map(ruleText).join(', ')],
];

/** The list as a table and as JSON. */
export async function listDevices(): Promise<Outcome> {
  const rows = Object.entries(devices);
  return {
    ok: true,
    text: table(rows),
    json: { devices: rows.map(([name, device]) => facts(name, device)) },
  };
}

function facts(name: string, device: Device): Record<string, unknown> {
  return {
    name,
    part: device.name,
    flashBytes: device.flash.bytes,
    pageBytes: device.flash.page && 2 * device.flash.page,
    eepromBytes: device.eeprom.bytes,
    signature: device.signature.map(hex).join(' '),
    avr910Code: codeOf(device),
    avrdude: device.avrdude,
    sck: device.sck,
  };
}

function table(rows: readonly [string, Device][]): string[] {
  const cells = [
    columns.map(([heading]) => heading),
    ...rows.map(([name, device]) => columns.map(([, cell]) => cell(name, device))),
  ];
  const widths = columns.map((_, i) => Math.max(...cells.map(row => row[i].length)));
  return cells.map(row =>
    row
      .map((cell, i) => cell.padEnd(widths[i]))
      .join('  ')
      .trimEnd(),
  );
}

function ruleText({ from, high, low }: Device['sck'][number]): string {
  const rule = `> ${high} / > ${low}`;
  return from === 0 ? rule : `${rule} from ${from / 1e6} MHz`;
}

function codeOf({ name }: Device): string {
  return `0x${hex(avr910CodeOf(name).code)}`;
}

/** A part that our firmware knows only under the code of another has to be called by that. */
function avrdudeOptions(device: Device): string {
  const borrowed = standIns.some(({ name }) => name === device.name);
  return `-p ${device.avrdude}${borrowed ? ` -x devcode=${codeOf(device)}` : ''}`;
}

function hex(byte: number): string {
  return byte.toString(16).toUpperCase().padStart(2, '0');
}
