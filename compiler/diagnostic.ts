/**
 * Every message of the compiler: code, what is wrong, what to do about it.
 * A message names a place in the TypeScript source whenever there is one.
 */

/** A place in the source, lines and columns from 1. */
export interface Place {
  file: string;
  line: number;
  column: number;
}

/** The table of refusals: `{}` is filled in with details, in order. */
export const MESSAGES = {
  C101: { text: 'not a WebAssembly module: {}', remedy: 'Pass the .wasm file that asc wrote.' },
  C102: { text: 'malformed WebAssembly at byte {}: {}', remedy: 'Build the module again with asc.' },
  C103: {
    text: 'no exported function {}',
    remedy: "Write 'export function main(): void' in the entry file.",
  },
  C104: {
    text: 'unknown import {}',
    remedy:
      'Use the functions of firmware/chip.ts: in, out, sbi, cbi, bit, nop, sleep, wdr, sei, cli, delay.',
  },
  C201: {
    text: '{} needs memory; values live in the 32 registers of the {}',
    remedy: 'Keep the value in a local or a module-level let; turn tables into a switch.',
  },
  C202: {
    text: '{} is floating-point; the {} computes on bytes',
    remedy: 'Use scaled integers.',
  },
  C203: {
    text: '{} is 64 bits wide; values have at most 32',
    remedy: 'Use u32, better u16 or u8.',
  },
  C204: {
    text: '{} calls through a table; the {} has no ICALL',
    remedy: 'Call the function by its name, or choose with a switch.',
  },
  C205: {
    text: 'recursion: {}; the {} has {} return addresses',
    remedy: 'Use a loop.',
  },
  C206: {
    text: 'WebAssembly operation {} is outside the profile',
    remedy: 'Write it with plain integer operations.',
  },
  C207: {
    text: '{} must be a constant',
    remedy: 'Pass a literal or a const: the instruction holds the value.',
  },
  C208: {
    text: '{} = {} is out of range {}',
    remedy:
      'SBI and CBI reach the I/O addresses 0 to 31, IN and OUT 0 to 63; split a delay into shorter ones.',
  },
  C210: {
    text: 'the program can reach code that must not be reached',
    remedy: 'Remove the throw, abort() or unreachable(): nobody would hear of it.',
  },
  C301: {
    text: '{} nested calls ({}) need {} return addresses; the {} has {}: {} too many',
    remedy: 'Merge one of these functions into its caller, or mark it @inline.',
  },
  C302: {
    text: 'too many values are live at once: {} registers are needed here and {} has {}: {} too many',
    remedy: 'Shorten the lives of values, use u8 instead of wider types, or drop a module-level let.',
  },
  C303: {
    text: 'the program has {} words; the {} holds {}: {} too many',
    remedy:
      'The largest functions are {}; the lines that take most are {}. Leave one of them out, or make one function of what stands in several places.',
  },
  C304: { text: 'address {} does not exist on the {}', remedy: 'See the register table of the part.' },
  C305: {
    text: '{} is an exported function but no interrupt handler of the {}',
    remedy: 'Export only main and handlers without parameters, named as the vector: {}.',
  },
  C306: {
    text: 'the timed region takes {} clocks; {} were asked for',
    remedy: 'Even out its ways with nop() or delayCycles(), or ask for another number.',
  },
  C307: {
    text: 'the module has {} bytes of code; no program for the {} needs more than {}: {} too many',
    remedy: 'Leave out a feature or share code.',
  },
} as const;

/** The code of a refusal, for example `C201`. */
export type Code = keyof typeof MESSAGES;

/** A refusal: the program cannot become an image. */
export class CompileError extends Error {
  override readonly name = 'CompileError';

  constructor(
    readonly code: Code,
    readonly place: Place | undefined,
    details: readonly (string | number)[],
  ) {
    super(format(code, place, details));
  }
}

function format(code: Code, place: Place | undefined, details: readonly (string | number)[]): string {
  let next = 0;
  const fill = (text: string) => text.replace(/\{\}/g, () => String(details[next++]));
  const { text, remedy } = MESSAGES[code];
  const where = place ? `${place.file}:${place.line}:${place.column} ` : '';
  return `${where}${code} ${fill(text)}. ${fill(remedy)}`;
}
