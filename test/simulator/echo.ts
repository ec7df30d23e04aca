/** A program for the real machine: it answers each byte with the next higher one. For tests of the board. */

import { Board, type BoardOptions, type Net, VcdTrace } from '../../simulator/index.ts';
import { assemble, Machine } from '../../vm-host/index.ts';

/** 19200 baud at 4 MHz: 208 clocks a bit. The clocks of each loop stand beside it. */
const source = `
        sbi PORTD, 1
        sbi DDRD, 1
wait:   sbic PIND, 0
        rjmp wait
        ldi r18, 32     ; to the middle of the start bit: 103
        rcall pause
        ldi r16, 8
receive:                ; 3 * 65 + 14 = 209
        ldi r18, 65
        rcall pause
        clc
        sbic PIND, 0
        sec
        ror r17
        dec r16
        brne receive
        ldi r18, 67     ; into the stop bit: 208
        rcall pause
        inc r17
        cbi PORTD, 1
        ldi r16, 8
send:                   ; 3 * 64 + 16 = 208
        ldi r18, 64
        rcall pause
        ror r17
        brcs one
        cbi PORTD, 1
        rjmp next
one:    sbi PORTD, 1
        nop
next:   dec r16
        brne send
        ldi r18, 66
        rcall pause
        sbi PORTD, 1
        ldi r18, 25     ; less than half a bit: the host goes on in the middle of the stop bit
        rcall pause
        rjmp wait
pause:  dec r18         ; 3 * r18 + 7 with its call
        brne pause
        ret
`;

const { words } = assemble(source);

export function echoBoard(options: Partial<BoardOptions> = {}): { board: Board; machine: Machine } {
  const machine = new Machine({ words });
  return { machine, board: new Board({ programmer: machine, ...options }) };
}

/** Collects the trace of all nets; call it at the end for the text. */
export function traced(board: Board): () => string {
  let text = '';
  const nets = Object.values<Net>({ ...board.nets });
  const trace = new VcdTrace(nets, { xtal: board.xtal, write: piece => (text += piece) });
  return () => {
    trace.finish(board.programmer.cycle);
    return text;
  };
}
