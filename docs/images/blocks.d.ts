/** A block of a page that shows what a command prints. */
export interface Block {
  /** As a reader types it: `npx isp`. */
  readonly command: string;
  /** What that runs in this checkout. */
  readonly script: string;
  readonly args: string[];
  readonly shown: string;
}

export function blocksOf(text: string): Block[];
export function refresh(page: string, root: string): void;
