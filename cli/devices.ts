/** `isp devices`: what can sit in the socket. */
import { avr910Codes, type Device, devices } from '../simulator/index.ts';
import type { Outcome } from './outcome.ts';

/** One line of the table: a heading and how to get its cell. */
const columns: readonly [heading: string, cell: (name: string, device: Device) => string][] = [
  ['target', name => name],
  ['part', (_, device) => device.name],
  ['flash', (_, device) => `${device.flash.bytes} bytes`],
  ['EEPROM', (_, device) => `${device.eeprom.bytes} bytes`],
  ['signature', (_, device) => device.signature.map(hex).join(' ')],
  ['AVR910', (_, device) => codeOf(device)],
  ['avrdude', (_, device) => `-p ${device.avrdude}`],
  ['SCK high / low', (_, { sck }) => `> ${sck[0].high} / > ${sck[0].low} target clocks`],
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

function codeOf(device: Device): string {
  const row = avr910Codes.find(({ name }) => name === device.name);
  return row ? `0x${hex(row.code)}` : '-';
}

function hex(byte: number): string {
  return byte.toString(16).toUpperCase().padStart(2, '0');
}
