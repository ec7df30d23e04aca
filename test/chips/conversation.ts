/** Two conversations with a programmer whose socket is empty, and what comes of them on our machine. */

import { buildFirmware } from '../../compiler/index.ts';
import { Board, type Exchange, parseSession, replay } from '../../simulator/index.ts';
import { type Chip, Machine } from '../../vm-host/index.ts';
import type { PinEdge } from './simavr.ts';

export const FIRMWARE = 'firmware/main.ts';

const hex = (text: string) => Buffer.from(text, 'latin1').toString('hex');

/** The serial line alone. Every kind of answer: text, digits, a list, a refusal, none; a second sign-on. */
const TALK = [
  'S 7',
  'V 2',
  'v 2',
  'p 1',
  'a 1',
  '! 1',
  'T\x13 1',
  't LIST',
  '\x1b\x1b\x1b\x1b 0',
  'S 7',
  't LIST',
];

/** The wires to the target too: select, enter, signature, leave, and one more answer. */
const JOB = ['T\x13 1', 'P 1', 's ANSWER', 'L 1', 'S 7'];

export interface Talk {
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

/** Builds the firmware for a chip that our machine can be, and holds both conversations with it. */
export async function onOurMachine(
  xtal: number,
  baud: number,
  chip?: Chip,
): Promise<{ talk: Talk; job: Talk }> {
  const { image } = await buildFirmware({ entry: FIRMWARE, chip, defines: { XTAL: xtal, BAUD: baud } });
  const newBoard = () => {
    const programmer = new Machine({ chip, words: image.words, xtal });
    return new Board({ programmer, xtal, baud, target: null });
  };
  const list = newBoard().run(lengthOfList());
  const answer = newBoard().run(lengthOfSignature());
  const session = (lines: string[]) => {
    const text = lines.map(line => {
      const [letters, expect] = line.split(' ');
      return `${hex(letters)} ${expect.replace('LIST', `${list}`).replace('ANSWER', `${answer}`)}`;
    });
    return parseSession(text.join('\n'));
  };
  return { talk: hold(newBoard(), session(TALK)), job: hold(newBoard(), session(JOB)) };
}

function hold(board: Board, session: readonly Exchange[]): Talk {
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

/** Three bytes answer `s`, or one that refuses it when `P` has found nobody. */
function* lengthOfSignature(): Generator<Exchange, number, Uint8Array> {
  yield { send: Buffer.from('T\x13'), expect: 1 };
  yield { send: Buffer.from('P'), expect: 1 };
  return (yield { send: Buffer.from('s'), expect: 3, timeout: 0.1 }).length;
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
