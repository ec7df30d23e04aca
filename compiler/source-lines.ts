/** From a byte of the WebAssembly module to file, line and column of the TypeScript source. */

import { originalPositionFor, TraceMap } from '@jridgewell/trace-mapping';
import type { Place } from './diagnostic.ts';

/** Looks up where in the source the instruction at a byte offset of the module came from. */
export type PlaceOf = (offset: number) => Place | undefined;

/**
 * asc gives no place to the branch behind a condition, nor to masks and moves that Binaryen adds: they belong to
 * what stands right before them. So many bytes are a comparison with constants, a mask and a branch.
 */
const LONGEST_BRANCH = 16;

/**
 * @param sourceMap the JSON text that asc wrote beside the module; without it no place is known
 * @param rename turns the map's file names into the names that messages show
 */
export function placesFrom(
  sourceMap: string | undefined,
  rename: (file: string) => string = file => file,
): PlaceOf {
  if (!sourceMap) return () => undefined;
  // asc writes a source root after the output file's name; the sources themselves are right
  const map = new TraceMap({ ...JSON.parse(sourceMap), sourceRoot: '' });
  return offset => {
    for (let at = offset; at >= 0 && offset - at <= LONGEST_BRANCH; at--) {
      // a WebAssembly source map has one line; its columns are byte offsets
      const { source, line, column } = originalPositionFor(map, { line: 1, column: at });
      if (source !== null) return { file: rename(source), line, column: column + 1 };
    }
    return undefined;
  };
}
