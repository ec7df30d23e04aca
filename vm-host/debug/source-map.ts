/** Which line of which file, and which function, each word of an image comes from. */

export interface Place {
  readonly file: string;
  readonly line: number;
  readonly fn: string;
}

/** The map that a compiler writes beside an image; this is its shape, whoever made it. */
export interface LineTable {
  readonly files: readonly string[];
  readonly functions: readonly { readonly name: string }[];
  /** For each word: index into `files`, line, index into `functions`; -1 where unknown. */
  readonly lines: readonly (readonly [file: number, line: number, fn: number])[];
}

export class SourceMap {
  private readonly places: readonly (Place | undefined)[];

  constructor(table: LineTable) {
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
}
