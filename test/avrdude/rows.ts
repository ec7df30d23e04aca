/**
 * The sessions of avrdude 7.1 that a programmer for the AT90S1200 has to stand, as a table: what is typed, how avrdude
 * ends, what it says, what crosses the wire, what the target holds afterwards. Each row starts with a fresh server.
 */
/** Every run that gets as far as the chip; one each, unless a step says otherwise. */
export const SIGN_ON = 'S1 V1 v1 p1 a1 b1 t1 T1 P1 s1 L1';

/** One call of avrdude. */
export interface Step {
  /** After `-P net:127.0.0.1:PORT`; `-c avr910 -p 1200` comes first unless `bare`. */
  args: readonly string[];
  bare?: boolean;
  /** For the terminal mode, on standard input. */
  input?: string;
  status: number;
  says?: readonly (string | RegExp)[];
  /** What it must not say. */
  hides?: readonly string[];
  /** Commands on the wire beyond the sign-on: `e1 A2048`. */
  wire?: string;
  /** Another sign-on than the usual one; an empty one for a host that never connects. */
  signOn?: string;
  /** A file that avrdude wrote, and what it must hold. */
  reads?: { file: string; equals: keyof Images };
}

/** Memories to compare with, see {@link images}. */
export interface Images {
  'r1k.bin': Uint8Array;
  'other.bin': Uint8Array;
  'inverse.bin': Uint8Array;
  'r64.bin': Uint8Array;
  '1026bytes.bin': Uint8Array;
  /** 1024 times 0xFF. */
  erased: Uint8Array;
  /** 64 times 0xFF. */
  blank: Uint8Array;
  /** Three pieces of 16 bytes, as in holes.hex. */
  holes: Uint8Array;
}

/** What a memory has to hold at the end: an image, or single bytes in an erased one. */
export type Holds = keyof Images | 'zero' | Readonly<Record<number, number>>;

export interface Row {
  number: number;
  title: string;
  steps: readonly Step[];
  flash?: Holds;
  eeprom?: Holds;
  /** 1: unlocked; 2: no writing; 3: no writing and no reading. */
  lockMode?: 1 | 2 | 3;
}

const write1k: Step = {
  args: ['-U', 'flash:w:r1k.bin:r'],
  status: 0,
  says: ['1024 bytes of flash verified'],
  wire: 'e1 A2048 c512 C512 R1024',
};
const lockMode3: Step = { args: ['-V', '-U', 'lock:w:0xf9:m'], status: 0, wire: '.1' };
const terminal = (input: string, says: Step['says'], wire: string): Step => ({
  args: ['-q', '-t'],
  input,
  status: 0,
  says,
  wire,
});

export const rows: readonly Row[] = [
  {
    number: 1,
    title: 'signs on, once each',
    steps: [{ args: [], status: 0, says: ['device signature = 0x1e9001 (probably 1200)'] }],
  },
  {
    number: 2,
    title: 'shows the identity of the programmer',
    steps: [
      {
        args: ['-vv'],
        status: 0,
        says: ['= AVR ISP; type = S', 'Device code: 0x13 = AT90S1200'],
      },
    ],
  },
  {
    number: 3,
    title: 'reads the signature as a memory',
    steps: [{ args: ['-U', 'signature:r:-:h'], status: 0, says: ['0x1e,0x90,0x1'], wire: 's1' }],
  },
  {
    number: 4,
    title: 'erases flash, EEPROM and lock bits',
    steps: [write1k, { args: ['-e'], status: 0, wire: 'e1' }],
    flash: 'erased',
    eeprom: 'blank',
    lockMode: 1,
  },
  { number: 5, title: 'writes and verifies 1 KB', steps: [write1k], flash: 'r1k.bin' },
  {
    number: 6,
    title: 'reads back what was written',
    steps: [
      write1k,
      {
        args: ['-U', 'flash:r:o.bin:r'],
        status: 0,
        wire: 'A1024 R1024',
        reads: { file: 'o.bin', equals: 'r1k.bin' },
      },
    ],
  },
  {
    number: 7,
    title: 'verifies the right image and refuses another',
    steps: [
      write1k,
      { args: ['-U', 'flash:v:r1k.bin:r'], status: 0, wire: 'A1024 R1024' },
      {
        args: ['-U', 'flash:v:other.bin:r'],
        status: 1,
        says: ['verification mismatch'],
        wire: 'A1024 R1024',
      },
    ],
    flash: 'r1k.bin',
  },
  {
    number: 8,
    title: 'can only clear bits without an erase',
    steps: [
      write1k,
      {
        args: ['-D', '-U', 'flash:w:inverse.bin:r'],
        status: 1,
        says: ['verification mismatch'],
        wire: 'A2048 c512 C512 R1024',
      },
    ],
    flash: 'zero',
  },
  {
    number: 9,
    title: 'writes nothing in a dry run',
    steps: [{ args: ['-n', '-U', 'flash:w:r1k.bin:r'], status: 0, wire: '' }],
    flash: 'erased',
  },
  {
    number: 10,
    title: 'writes 1024 bytes of 1026',
    steps: [{ args: ['-U', 'flash:w:1026bytes.bin:r'], status: 0, wire: 'e1 A2048 c512 C512 R1024' }],
    flash: 'r1k.bin',
  },
  {
    number: 11,
    title: 'writes and verifies the EEPROM',
    steps: [
      {
        args: ['-U', 'eeprom:w:r64.bin:r'],
        status: 0,
        says: ['64 bytes of eeprom verified'],
        wire: 'A128 D64 d64',
      },
    ],
    eeprom: 'r64.bin',
  },
  {
    number: 12,
    title: 'reads the EEPROM back',
    steps: [
      { args: ['-U', 'eeprom:w:r64.bin:r'], status: 0, wire: 'A128 D64 d64' },
      {
        args: ['-U', 'eeprom:r:o.bin:r'],
        status: 0,
        wire: 'A64 d64',
        reads: { file: 'o.bin', equals: 'r64.bin' },
      },
    ],
  },
  {
    number: 13,
    title: 'overwrites an EEPROM byte, which erases itself',
    steps: [
      {
        args: ['-U', 'eeprom:w:0x55:m', '-U', 'eeprom:w:0xaa:m'],
        status: 0,
        wire: 'A4 D2 d2',
      },
    ],
    eeprom: { 0: 0xaa },
  },
  {
    number: 14,
    title: 'cannot read the lock bits',
    steps: [
      {
        args: ['-U', 'lock:r:-:h'],
        status: 1,
        says: ['read operation not supported for memory lock'],
        wire: '',
      },
    ],
  },
  {
    number: 15,
    title: 'cannot write a chip in lock mode 2 until an erase unlocks it',
    steps: [
      write1k,
      { args: ['-V', '-U', 'lock:w:0xfd:m'], status: 0, wire: '.1' },
      {
        args: ['-D', '-U', 'flash:w:other.bin:r'],
        status: 1,
        says: ['verification mismatch', 'device signature = 0x1e9001'],
        wire: 'A2048 c512 C512 R1024',
      },
      { ...write1k, args: ['-U', 'flash:w:other.bin:r'] },
    ],
    flash: 'other.bin',
    lockMode: 1,
  },
  {
    number: 16,
    title: 'locks in mode 3, which cannot be verified',
    steps: [lockMode3, { args: ['-F', '-U', 'lock:w:0xf9:m'], status: 1, wire: '.1' }],
    lockMode: 3,
  },
  {
    number: 17,
    title: 'sees 00 01 02 for the signature of a locked chip',
    steps: [lockMode3, { args: [], status: 1, says: ['device signature = 0x000102'] }],
    lockMode: 3,
  },
  {
    number: 18,
    title: 'erases a locked chip only when forced, and that unlocks it',
    steps: [
      write1k,
      lockMode3,
      { args: ['-e'], status: 1 },
      { args: ['-F', '-e'], status: 0, wire: 'e1' },
      { args: [], status: 0, says: ['device signature = 0x1e9001 (probably 1200)'] },
    ],
    flash: 'erased',
    lockMode: 1,
  },
  {
    number: 19,
    title: 'knows that this chip has no fuse memory',
    steps: [
      { args: ['-U', 'fuse:r:-:h'], status: 1 },
      { args: ['-U', 'fuse:w:0:m'], status: 1 },
    ],
    flash: 'erased',
  },
  {
    number: 20,
    title: 'skips memories that the chip does not have',
    steps: [
      { args: ['-U', 'lfuse:r:-:h'], status: 0, says: [/skipping .* not defined for part/] },
      { args: ['-U', 'calibration:r:-:h'], status: 0, says: [/skipping .* not defined for part/] },
    ],
  },
  {
    number: 21,
    title: 'reads the signature in its terminal',
    steps: [terminal('sig\nquit\n', ['Device signature = 0x1e9001'], 's1')],
  },
  {
    number: 22,
    title: 'sends raw instructions from its terminal',
    steps: [
      terminal(
        'send 0x30 0 0 0\nsend 0x30 0 1 0\nsend 0x30 0 2 0\nquit\n',
        ['00 30 00 1e', /\b90\b/, /\b01\b/],
        '.3',
      ),
    ],
  },
  {
    number: 23,
    title: 'writes EEPROM bytes from its terminal, at the end',
    steps: [
      terminal(
        'write eeprom 0 0x11 0x22 0x33\nread eeprom 0 8\nquit\n',
        [/11 22 33 ff/],
        // eight bytes for the user, three read back after their write
        'A14 D3 d11',
      ),
    ],
    eeprom: { 0: 0x11, 1: 0x22, 2: 0x33 },
  },
  {
    number: 24,
    title: 'writes one flash word from its terminal',
    steps: [
      terminal('write flash 0 0xaa 0x55\nflush\nread flash 0 4\nquit\n', [/aa 55 ff ff/], 'A8 c1 C1 R6'),
    ],
    flash: { 0: 0xaa, 1: 0x55 },
  },
  {
    number: 25,
    title: 'dumps flash and erases from its terminal',
    steps: [
      { args: ['-U', 'eeprom:w:r64.bin:r'], status: 0, wire: 'A128 D64 d64' },
      terminal('dump flash 0x3f0 0x10\nquit\n', [/ff ff ff ff {2}ff ff ff ff/], 'A16 R16'),
      terminal('erase\nread eeprom 0 8\nquit\n', [/ff ff ff ff ff ff ff ff/], 'e1 A8 d8'),
    ],
    eeprom: 'blank',
  },
  {
    number: 26,
    title: 'says what its terminal cannot do, and exits with 0',
    steps: [
      terminal(
        'read lock\nvtarg 5\nsck 10\npgerase flash 0\nquit\n',
        [/lock/, /vtarg|V[tT]arg/, /sck|SCK/],
        '',
      ),
    ],
  },
  {
    number: 27,
    title: 'stops where the programmer does not list the part',
    steps: [
      {
        bare: true,
        args: ['-c', 'avr910', '-p', 'm8'],
        status: 1,
        says: ['not supported by programmer'],
        signOn: 'S1 V1 v1 p1 a1 b1 t1 L1',
      },
      {
        // -F takes the first code of the list, which is another part's
        bare: true,
        args: ['-c', 'avr910', '-p', 'm8', '-F'],
        status: 0,
        says: ['device signature = 0x1e9001', 'expected signature for ATmega8'],
      },
    ],
  },
  {
    number: 28,
    title: 'takes its extended parameters',
    steps: [
      { args: ['-x', 'devcode=0x13'], status: 0, signOn: 'S1 V1 v1 p1 a1 b1 T1 P1 s1 L1' },
      { args: ['-x', 'no_blockmode'], status: 0, signOn: 'S1 V1 v1 p1 a1 t1 T1 P1 s1 L1' },
      { args: ['-x', 'foo=1'], status: 1, signOn: '' },
    ],
  },
  {
    number: 29,
    title: 'ignores what has no meaning on a network port',
    steps: [
      // the calibration is refused before the sign-on, and yet avrdude says good-bye
      { args: ['-O'], status: 1, signOn: 'L1' },
      { args: ['-b', '115200', '-B', '4', '-i', '10'], status: 0 },
      { args: ['-E', 'reset'], status: 0 },
    ],
  },
  {
    number: 33,
    title: 'writes only the bytes that an image with holes names',
    steps: [
      {
        args: ['-U', 'flash:w:holes.hex:i'],
        status: 0,
        says: ['48 bytes of flash verified'],
        wire: 'e1 A96 c24 C24 R48',
      },
    ],
    flash: 'holes',
  },
];
