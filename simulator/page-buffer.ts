/**
 * The page buffer of a part that writes its flash by pages: one word for each of the page, loaded byte by byte.
 *
 * The datasheets ask for the low byte of a word before its high byte and do not say what happens otherwise. Here
 * the high byte is lost then. They do say that nothing can be loaded twice before the buffer has been written.
 */

/** A cell that nothing was loaded into. */
const EMPTY = -1;

export class PageBuffer {
  private cells: number[];

  /** @param words words of a page; 0 for a part without pages */
  constructor(words: number) {
    this.cells = new Array(2 * words).fill(EMPTY);
  }

  /** @returns why the byte was lost, if it was */
  load(word: number, high: boolean, data: number): string | undefined {
    const cell = 2 * word + +high;
    if (this.cells[cell] !== EMPTY) return 'is loaded already';
    if (high && this.cells[cell - 1] === EMPTY) return 'needs its low byte first';
    this.cells[cell] = data;
    return undefined;
  }

  /** What was loaded, FF where nothing was; the buffer is empty then. */
  take(): Uint8Array {
    const page = Uint8Array.from(this.cells, cell => (cell === EMPTY ? 0xff : cell));
    this.cells.fill(EMPTY);
    return page;
  }

  save(): readonly number[] {
    return [...this.cells];
  }

  restore(state: readonly number[]): void {
    this.cells = [...state];
  }
}
