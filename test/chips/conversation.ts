/** One conversation with a programmer whose socket is empty, and what the AT90S1200 makes of it on our machine. */

import { buildFirmware } from '../../compiler/index.ts';
import { Board, type Exchange, parseSession, replay } from '../../simulator/index.ts';
import { Machine } from '../../vm-host/index.ts';
import type { PinEdge } from './simavr.ts';

export const FIRMWARE = 'firmware/main.ts';

const hex = (text: string) => Buffer.from(text, 'latin1').toString('hex');

/** Every kind of answer: text, digits, a list, a refusal, none; the wires to the target; a second sign-on. */
const LINES = [
  `${hex('S')} 7`,
  `${hex('V')} 2`,
  `${hex('v')} 2`,
  `${hex('p')} 1`,
  `${hex('a')} 1`,
  `${hex('!')} 1`,
  `${hex('T')}13 1`,
  `${hex('P')} 1`,
  `${hex('s')} 3`,
  `${hex('L')} 1`,
  '1b1b1b1b 0',
  `${hex('S')} 7`,
];

export interface Reference {
  session: readonly Exchange[];
  /** In hexadecimal. */
  replies: string[];
  /** Cycle of the first start bit. */
  start: number;
  /** Edges of what the programmer drives. */
  txd: PinEdge[];
  sck: PinEdge[];
  mosi: PinEdge[];
}

/** The conversation with the AT90S1200's image on our machine. */
export async function onOurMachine(xtal: number, baud: number): Promise<Reference> {
  const { image } = await buildFirmware({ entry: FIRMWARE, defines: { XTAL: xtal, BAUD: baud } });
  const newBoard = () => {
    const programmer = new Machine({ words: image.words, xtal });
    return new Board({ programmer, xtal, baud, target: null });
  };
  const list = { send: Buffer.from('t'), expect: newBoard().run(lengthOfList()) };
  const session = [...parseSession(LINES.join('\n')), list];
  const board = newBoard();
  const [txd, rxd] = [edgesOf(board, 'TXD', 1), edgesOf(board, 'RXD', 1)];
  const [sck, mosi] = [edgesOf(board, 'SCK', 0), edgesOf(board, 'MOSI', 0)];
  const replies = board.run(replay(session)).replies.map(reply => Buffer.from(reply).toString('hex'));
  return { session, replies, start: rxd[0][0], txd, sck, mosi };
}

/** How many bytes answer `t`: codes, and a zero at the end. */
function* lengthOfList(): Generator<Exchange, number, Uint8Array> {
  let length = 1;
  for (let code = yield { send: Buffer.from('t'), expect: 1 }; code[0] !== 0; length++)
    code = yield { send: new Uint8Array(), expect: 1 };
  return length;
}

/** Changes between 0 and 1; a wire that nobody drives keeps its last level here. */
function edgesOf(board: Board, name: keyof Board['nets'], idle: 0 | 1): PinEdge[] {
  const edges: PinEdge[] = [];
  let last: number = idle;
  board.nets[name].watch(({ time, level }) => {
    if ((level !== 0 && level !== 1) || level === last) return;
    last = level;
    edges.push([time, level]);
  });
  return edges;
}
