/** A strict reader of VCD, IEEE 1364-2005 clause 18, with the `string` variables that GTKWave added to it. */

interface Variable {
  readonly name: string;
  readonly type: string;
}

/** What a variable was and from when on: `['0', '#250']` in pairs of value and time. */
export type Course = readonly (readonly [time: number, value: string])[];

export interface Vcd {
  readonly timescale: string;
  readonly end: number;
  readonly courses: ReadonlyMap<string, Course>;
}

const HEAD =
  /\$(comment|date|version|timescale|scope|upscope|var|enddefinitions)\s+((?:(?!\$end\s)\S+\s+)*)\$end/gy;
const VALUE = { wire: /^([01xz])(\S+)$/, string: /^s(\S*) (\S+)$/ };

class Reader {
  private readonly variables = new Map<string, Variable>();
  private readonly courses = new Map<string, [number, string][]>();
  private timescale = '';
  private now: number | undefined;
  private line = 0;

  read(text: string): Vcd {
    const body = this.head(text);
    this.line = text.slice(0, body).split('\n').length;
    const lines = text.slice(body).trimEnd().split('\n');
    this.dump(lines);
    return { timescale: this.timescale, end: this.now!, courses: this.courses };
  }

  private fail(what: string): never {
    throw new Error(`line ${this.line}: ${what}`);
  }

  /** Returns where the body begins. */
  private head(text: string): number {
    HEAD.lastIndex = 0;
    let depth = 0;
    for (;;) {
      while (/\s/.test(text[HEAD.lastIndex] ?? '')) HEAD.lastIndex++;
      const at = HEAD.lastIndex;
      const [, keyword, said] = HEAD.exec(text) ?? this.fail(`no declaration at character ${at}`);
      const words = said.trim();
      if (keyword === 'timescale') this.timescale = words;
      if (keyword === 'scope') depth++;
      if (keyword === 'upscope') depth--;
      if (keyword === 'var') this.declare(words, depth);
      if (keyword === 'enddefinitions') break;
    }
    if (!/^(1|10|100) ?(s|ms|us|ns|ps|fs)$/.test(this.timescale)) this.fail(`timescale '${this.timescale}'`);
    if (depth !== 0) this.fail('a scope is open');
    return HEAD.lastIndex + 1;
  }

  private declare(words: string, depth: number): void {
    const [, type, id, name] =
      /^(wire|string) 1 ([!-~]+) (\w+)$/.exec(words) ?? this.fail(`variable '${words}'`);
    if (depth === 0) this.fail(`${name} is in no scope`);
    if (this.variables.has(id)) this.fail(`${id} is declared twice`);
    if (this.courses.has(name)) this.fail(`${name} is declared twice`);
    this.variables.set(id, { name, type });
    this.courses.set(name, []);
  }

  private dump(lines: readonly string[]): void {
    let dumping = false;
    for (const line of lines) {
      if (line === '$dumpvars') dumping = true;
      else if (line === '$end' && dumping) this.initial();
      else if (line.startsWith('#')) this.time(line);
      else this.change(line);
      if (line === '$end') dumping = false;
      this.line++;
    }
    if (dumping) this.fail('$dumpvars has no $end');
  }

  private initial(): void {
    for (const [name, course] of this.courses)
      if (course.length !== 1) this.fail(`${name} has no first value`);
  }

  private time(line: string): void {
    const time = /^#\d+$/.test(line) ? Number(line.slice(1)) : this.fail(`time '${line}'`);
    if (this.now !== undefined && time <= this.now) this.fail(`${time} does not come after ${this.now}`);
    this.now = time;
  }

  private change(line: string): void {
    if (this.now === undefined) this.fail('a value before any time');
    const id = line.startsWith('s') ? line.split(' ')[1] : line.slice(1);
    const variable = this.variables.get(id) ?? this.fail(`'${line}' is about no variable`);
    const [, value] = VALUE[variable.type as 'wire' | 'string'].exec(line) ?? this.fail(`value '${line}'`);
    this.courses.get(variable.name)!.push([this.now, value]);
  }
}

/** @throws Error with the line that breaks a rule */
export function readVcd(text: string): Vcd {
  return new Reader().read(text);
}

/** Without values that repeat, and only the last of those at the same time: what can be seen. */
export function seen(course: Course): Course {
  const last = course.filter(([time], i) => course[i + 1]?.[0] !== time);
  return last.filter(([, value], i) => i === 0 || last[i - 1][1] !== value);
}
