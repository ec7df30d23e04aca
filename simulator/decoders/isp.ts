/** SPI bytes into ISP instructions, named with the device's own table. */

import type { Cycle } from '../../vm-host/time.ts';
import { type FourBytes, fieldsOf } from '../devices/bit-strings.ts';
import { type Device, type Instruction, instructionOf, type Operation } from '../devices/device.ts';
import { type Annotation, type Emit, hex } from './annotation.ts';
import type { SpiByte } from './spi.ts';

/** Four bytes each way. */
export interface IspInstruction {
  readonly mosi: FourBytes;
  readonly miso: FourBytes;
  readonly operation: Operation | undefined;
  readonly start: Cycle;
  readonly end: Cycle;
}

export interface IspDecoderOptions {
  readonly device: Device;
  readonly onAnnotation?: Emit<Annotation>;
  readonly onInstruction?: Emit<IspInstruction>;
}

export class IspDecoder {
  private bytes: SpiByte[] = [];

  constructor(private readonly options: IspDecoderOptions) {}

  /** RESET begins and ends sessions; bytes of an instruction do not outlive it. */
  reset(): void {
    this.bytes = [];
  }

  byte(byte: SpiByte): void {
    this.bytes.push(byte);
    if (this.bytes.length === 4) this.complete();
  }

  private complete(): void {
    const { device, onAnnotation, onInstruction } = this.options;
    const [first, second, third, fourth] = this.bytes;
    this.bytes = [];
    const mosi: FourBytes = [first.mosi, second.mosi, third.mosi, fourth.mosi];
    const miso: FourBytes = [first.miso, second.miso, third.miso, fourth.miso];
    const row = instructionOf(device, mosi);
    const { start } = first;
    const { end } = fourth;
    onAnnotation?.({ start, end, row: 'isp instruction', text: describeInstruction(row, mosi, miso[3]) });
    onInstruction?.({ mosi, miso, operation: row?.operation, start, end });
  }
}

/** How each operation is put into words: long, and in a few letters. */
const words: Record<Operation, (place: Place) => readonly [string, string]> = {
  'Programming Enable': () => ['Programming Enable', 'PE'],
  'Chip Erase': () => ['Chip Erase', 'CE'],
  'Read Program Memory': ({ half, at, out }) => [
    `Read flash ${half} byte 0x${at}: 0x${out}`,
    `R ${at} ${out}`,
  ],
  'Write Program Memory': ({ half, at, data }) => [
    `Write flash ${half} byte 0x${at}: 0x${data}`,
    `W ${at} ${data}`,
  ],
  'Load Program Memory Page': ({ half, at, data }) => [
    `Load page ${half} byte 0x${at}: 0x${data}`,
    `L ${at} ${data}`,
  ],
  'Write Program Memory Page': ({ at }) => [`Write flash page 0x${at}`, `W ${at}`],
  'Read EEPROM': ({ at, out }) => [`Read EEPROM 0x${at}: 0x${out}`, `r ${at} ${out}`],
  'Write EEPROM': ({ at, data }) => [`Write EEPROM 0x${at}: 0x${data}`, `w ${at} ${data}`],
  'Read Lock Bits': ({ out }) => [`Read lock bits: 0x${out}`, `lock ${out}`],
  'Write Lock Bits': ({ data }) => [`Write lock bits: 0x${data}`, `L ${data}`],
  'Read Signature': ({ at, out }) => [`Read signature ${Number.parseInt(at, 16)}: 0x${out}`, `sig ${out}`],
  'Read Fuse Bits': ({ out }) => [`Read fuse bits: 0x${out}`, `fuse ${out}`],
  'Write Fuse Bits': ({ data }) => [`Write fuse bits: 0x${data}`, `F ${data}`],
  'Read Fuse High Bits': ({ out }) => [`Read fuse high bits: 0x${out}`, `high ${out}`],
  'Write Fuse High Bits': ({ data }) => [`Write fuse high bits: 0x${data}`, `FH ${data}`],
  'Read Calibration Byte': ({ at, out }) => [
    `Read calibration byte ${Number.parseInt(at, 16)}: 0x${out}`,
    `cal ${out}`,
  ],
  'Poll RDY/BSY': ({ out }) => [
    `Poll RDY/BSY: ${Number.parseInt(out, 16) & 1 ? 'busy' : 'ready'}`,
    `rdy ${out}`,
  ],
};

interface Place {
  readonly half: 'low' | 'high';
  readonly at: string;
  readonly data: string;
  readonly out: string;
}

/** An instruction in words of falling length. */
export function describeInstruction(row: Instruction | undefined, bytes: FourBytes, reply: number): string[] {
  const plain = bytes.map(hex).join(' ');
  if (!row) return [`unknown instruction ${plain}`, plain, '?'];
  const { address, high, data } = fieldsOf(row.format, bytes);
  const at = address
    .toString(16)
    .toUpperCase()
    .padStart(row.format.address.length > 8 ? 3 : 2, '0');
  return [
    ...words[row.operation]({ half: high ? 'high' : 'low', at, data: hex(data), out: hex(reply) }),
    plain,
  ];
}
