/** What can be wrong on a board, by the name that `--fault` takes. */
import type { BoardOptions } from '../simulator/index.ts';

/** One defect: in words, and what it changes when the board is built. */
export interface FaultRow {
  help: string;
  board: Pick<BoardOptions, 'faults' | 'targetXtal'>;
}

/** Signature of an AT90S2313 (its datasheet; AVR910 note, device code table). */
const AT90S2313_SIGNATURE = [0x1e, 0x91, 0x01];

export const faults: Readonly<Record<string, FaultRow>> = {
  'reset-held-low': {
    help: 'something else holds RESET low',
    board: { faults: { tied: { RESET: 'low' } } },
  },
  'reset-held-high': {
    help: 'something else holds RESET high',
    board: { faults: { tied: { RESET: 'high' } } },
  },
  'miso-stuck-low': { help: 'MISO is shorted to ground', board: { faults: { tied: { MISO: 'low' } } } },
  'miso-stuck-high': { help: 'MISO is shorted to VCC', board: { faults: { tied: { MISO: 'high' } } } },
  'no-clock': { help: 'the target has no clock', board: { targetXtal: 0 } },
  'wrong-part': {
    help: 'the chip has the signature of an AT90S2313',
    board: { faults: { signature: AT90S2313_SIGNATURE } },
  },
};
