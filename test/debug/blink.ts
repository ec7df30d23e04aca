/** A small program with a map of its own: a call, a loop and an interrupt. */
import { assemble, Debugger, type EngineName, Machine, SourceMap } from '../../vm-host/index.ts';

const source = `
        rjmp main
        rjmp main
        rjmp tick
main:   ldi r16, 1
        out DDRB, r16
        out TCCR0, r16
        ldi r16, 2
        out TIMSK, r16
        sei
loop:   rcall blink
        inc r20
        rjmp loop
blink:  sbi PORTB, 0
        cbi PORTB, 0
        ret
tick:   inc r21
        reti
        nop`;

export const { words, lines, labels } = assemble(source);

/** As a compiler writes it: the assembler's lines, functions by label. */
export const map = new SourceMap({
  files: ['blink.asm'],
  functions: [{ name: 'main' }, { name: 'blink' }, { name: 'tick' }],
  lines: Array.from(words, (_, pc) => [0, lines[pc], pc >= labels.tick ? 2 : pc >= labels.blink ? 1 : 0]),
});

export const lineOf = (label: string) => lines[labels[label]];

/** A program under a debugger. The default is the one above, with its map. */
export function debugged(program: { source?: string; engine?: EngineName } = {}) {
  const assembly = program.source === undefined ? { words, lines, labels } : assemble(program.source);
  const machine = new Machine({ words: assembly.words, engine: program.engine ?? 'fast' });
  const lined = new SourceMap({
    files: ['it.asm'],
    functions: [{ name: 'it' }],
    lines: Array.from(assembly.words, (_, pc) => [0, assembly.lines[pc], 0]),
  });
  const debug = new Debugger(machine, assembly.words, program.source === undefined ? map : lined);
  return { machine, debug, ...assembly };
}
