/** From a byte of the WebAssembly module to file, line and column of the TypeScript source. */

import { originalPositionFor, TraceMap } from '@jridgewell/trace-mapping';
import type { Place } from './diagnostic.ts';

/** Looks up where in the source the instruction at a byte offset of the module came from. */
export type PlaceOf = (offset: number) => Place | undefined;

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
    // a WebAssembly source map has one line; its columns are byte offsets
    const { source, line, column } = originalPositionFor(map, { line: 1, column: offset });
    return source === null ? undefined : { file: rename(source), line, column: column + 1 };
  };
}
