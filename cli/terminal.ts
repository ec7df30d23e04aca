/**
 * Where text goes. Results to standard output, everything said on the way to standard error, and a progress
 * bar only where a person looks at it. Tests hand in a terminal of their own.
 */

/** The two streams of a command and what they can show. */
export interface Terminal {
  /** One line of result on standard output. */
  print(line: string): void;
  /** One line of remark or error on standard error. */
  note(line: string): void;
  /** Redraws the bar, `fraction` from 0 to 1; does nothing where nobody looks. */
  progress(label: string, fraction: number): void;
  /** Removes the bar. */
  done(): void;
  /** Colours a word, or leaves it as it is where colours are not wanted. */
  paint(colour: Colour, text: string): string;
}

/** SGR codes of ECMA-48. */
const sgr = { red: 31, green: 32, yellow: 33, bold: 1 } as const;
export type Colour = keyof typeof sgr;

const BAR_WIDTH = 30;
/** `verify EEPROM` is the longest step of a job. */
const LABEL_WIDTH = 13;

/** The bar as text: `write flash   [=======      ]  48 %`. */
export function bar(label: string, fraction: number): string {
  const filled = Math.round(Math.min(1, Math.max(0, fraction)) * BAR_WIDTH);
  const body = '='.repeat(filled).padEnd(BAR_WIDTH);
  return `${label.padEnd(LABEL_WIDTH)} [${body}] ${String(Math.floor(fraction * 100)).padStart(3)} %`;
}

/** Colours are for terminals and not for those who set NO_COLOR (to anything but nothing, see no-color.org). */
function wantsColour(stream: NodeJS.WriteStream, env: NodeJS.ProcessEnv): boolean {
  return stream.isTTY === true && !env.NO_COLOR && env.TERM !== 'dumb';
}

/** The terminal of this process. */
export function processTerminal(process: NodeJS.Process): Terminal {
  const { stdout, stderr, env } = process;
  const colour = wantsColour(stdout, env);
  const live = stderr.isTTY === true && env.TERM !== 'dumb';
  let shown = '';
  const clear = () => {
    if (shown) stderr.write('\r\x1b[K');
    shown = '';
  };
  return {
    print(line) {
      clear();
      stdout.write(`${line}\n`);
    },
    note(line) {
      clear();
      stderr.write(`${line}\n`);
    },
    progress(label, fraction) {
      const text = bar(label, fraction);
      if (!live || text === shown) return;
      stderr.write(`\r${text}`);
      shown = text;
    },
    done: clear,
    paint: (name, text) => (colour ? `\x1b[${sgr[name]}m${text}\x1b[0m` : text),
  };
}
