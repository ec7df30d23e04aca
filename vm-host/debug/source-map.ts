/** Which line of which file, and which function, each word of an image comes from. */

export interface Place {
  readonly file: string;
  readonly line: number;
  readonly fn: string;
}

/** The map that a compiler writes beside an image; this is its shape, whoever made it. */
export interface LineTable {
  readonly files: readonly string[];
  /** `address` is where a function is entered; without it, at its first word. */
  readonly functions: readonly { readonly name: string; readonly address?: number }[];
  /** For each word: index into `files`, line, index into `functions`; -1 where unknown. */
  readonly lines: readonly (readonly [file: number, line: number, fn: number])[];
}

/** A function that has words, and where it belongs; what it took in from other files does not change that. */
export interface FunctionPlace extends Place {
  /** Where it is entered. */
  readonly address: number;
}

export class SourceMap {
  private readonly places: readonly (Place | undefined)[];

  constructor(private readonly table: LineTable) {
    this.places = table.lines.map(([file, line, fn]) =>
      file < 0
        ? undefined
        : { file: table.files[file], line, fn: table.functions[fn]?.name ?? table.files[file] },
    );
  }

  /** Where a word comes from, if that is known. */
  placeOf(pc: number): Place | undefined {
    return this.places[pc];
  }

  /**
   * The addresses at which a line begins: each that belongs to it while the one before does not.
   * Empty when the line made no code.
   */
  addressesOf(file: string, line: number): number[] {
    const belongs = (place: Place | undefined) => place?.file === file && place.line === line;
    return this.places.flatMap((place, pc) => (belongs(place) && !belongs(this.places[pc - 1]) ? [pc] : []));
  }

  /** Every place, by word. */
  get all(): readonly (Place | undefined)[] {
    return this.places;
  }

  /** Each function with words once: in the file that its name begins with, or else where most of its words are. */
  get functions(): FunctionPlace[] {
    const words = new Map<string, number[]>();
    this.places.forEach((place, pc) => {
      if (place) words.set(place.fn, [...(words.get(place.fn) ?? []), pc]);
    });
    return [...words].map(([fn, own]) => {
      const file = this.fileOf(fn, own);
      const lines = own.flatMap(pc => (this.places[pc]!.file === file ? [this.places[pc]!.line] : []));
      const address = this.table.functions.find(({ name }) => name === fn)?.address ?? own[0];
      return { fn, file, line: Math.min(...lines), address };
    });
  }

  private fileOf(fn: string, words: readonly number[]): string {
    const counts = new Map<string, number>();
    for (const pc of words) {
      const { file } = this.places[pc]!;
      counts.set(file, (counts.get(file) ?? 0) + 1);
    }
    const files = [...counts].sort(([, one], [, other]) => other - one).map(([file]) => file);
    const [module] = fn.split('/');
    return files.find(file => file.replace(/^.*\/|\.\w+$/g, '') === module) ?? files[0];
  }
}
