/**
 * What `isp run` programs when no image is given: 1 KB in which every bit of every cell matters. A xorshift
 * generator (Marsaglia 2003, shifts 13, 17, 5) with a fixed seed gives the same bytes everywhere, for ever.
 */

const BYTES = 1024;
const SEED = 0x1200;

/** The bytes of the default image. */
export function defaultImage(): Uint8Array {
  let state = SEED;
  return Uint8Array.from({ length: BYTES }, () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 24;
  });
}
