/** Ways to wait, as people and compilers write them. */
import { assemble } from '../../vm-host/index.ts';

/** Timer/Counter0 runs at CK, PORTB is output, nothing is enabled; RXD and all other pins stand high. */
const SETUP = `
        ldi r16, 1
        out TCCR0, r16
        ldi r16, 0xFF
        out DDRB, r16
        ldi r24, 2
        ldi r30, 20`;

/** Behind the loops: routines that wait. */
const ROUTINES = `
delay:  ldi r25, 69
delay1: dec r25
        brne delay1
        ret
tick:   in r25, TCNT0
        sub r25, r20
        cpi r25, 47
        brcc tick
        subi r20, 48
        ret
flag:   in r25, TIFR
        sbrs r25, 1
        rjmp flag
        out TIFR, r24
        ret
look:   in r25, PIND
        andi r25, 8
        ret
both:   rcall delay
        rjmp delay`;

const counters: Record<string, string> = {
  'dec, brne': 'l: dec r16\nbrne l',
  'inc, brne with nops': 'l: nop\nnop\ninc r16\nbrne l',
  'subi, sbci, brne': 'l: subi r16, 1\nsbci r17, 0\nbrne l',
  'subi, sbci, sbci, brne': 'l: subi r16, 1\nsbci r17, 0\nsbci r18, 0\nbrne l',
  'dec, brne in dec, brne': 'clr r17\nl: dec r16\nbrne l\ndec r17\nbrne l',
  'three levels of dec, brne': 'clr r17\nclr r18\nl: dec r16\nbrne l\ndec r17\nbrne l\ndec r18\nbrne l',
  'three levels, set anew':
    'ldi r18, 9\na: ldi r17, 99\nb: ldi r16, 199\nc: dec r16\nbrne c\ndec r17\nbrne b\ndec r18\nbrne a',
  'short inner loop': 'clr r17\na: ldi r16, 3\nl: dec r16\nbrne l\ndec r17\nbrne a',
  'inner loop of 16 in 16 bits':
    'clr r17\nclr r18\na: ldi r16, 16\nl: dec r16\nbrne l\nsubi r17, 1\nsbci r18, 0\nbrne a',
  'cpi, brlo': 'clr r16\nl: inc r16\ncpi r16, 250\nbrlo l',
  'cpi, cpc, brlo':
    'clr r16\nclr r17\nldi r18, 200\nl: subi r16, 255\nsbci r17, 255\ncpi r16, 100\ncpc r17, r18\nbrlo l',
  'mov, or, brne': 'l: subi r16, 1\nsbci r17, 0\nmov r18, r16\nor r18, r17\nbrne l',
  'dec, breq, rjmp': 'l: dec r16\nbreq x\nrjmp l\nx: nop',
  'tst at the head': 'ldi r16, 200\nl: tst r16\nbreq x\ndec r16\nrjmp l\nx: nop',
  'two counters': 'clr r17\nl: inc r17\ncp r17, r16\nbrlo l\nldi r16, 250',
  'lsr, brne': 'ldi r16, 128\nl: lsr r16\nbrne l',
  'lsl, brcc': 'ldi r16, 1\nl: lsl r16\nbrcc l',
  'rol through all bits': 'ldi r16, 1\nclr r17\nl: lsl r16\nrol r17\nsbrs r17, 7\nrjmp l',
  'ror, brcc': 'ldi r16, 128\nl: ror r16\nbrcc l',
  'adiw as add, adc': 'clr r16\nclr r17\nldi r18, 3\nclr r19\nl: add r16, r18\nadc r17, r19\nbrcc l',
  'neg, com, swap inside': 'l: mov r18, r16\nneg r18\nswap r18\ndec r16\nbrne l',
  'eor of a toggle': 'ldi r18, 1\nl: eor r19, r18\ndec r16\nbrne l',
  'com of a toggle': 'l: com r19\ndec r16\nbrne l',
  'three decs in turn': 'l: dec r16\nbreq x\ndec r17\nbreq x\ndec r18\nbrne l\nx: nop',
  'counter in SREG saved and restored':
    'l: in r15, SREG\nsubi r16, 1\nsbci r17, 0\nout SREG, r15\ncpi r17, 0\nbrne l',
  brvc: 'l: inc r16\nbrvc l',
  brhc: 'l: subi r16, 3\nbrhs l\nsubi r17, 1\nbrcc l',
  'brge after subi': 'ldi r16, 100\nl: subi r16, 3\nbrge l',
  'bit 0 of a counter': 'l: subi r16, 2\nsbrs r16, 0\nrjmp m\nnop\nm: dec r17\nbrne l',
  'parity of a counter': 'l: dec r16\nsbrc r16, 0\nnop\ncpi r16, 0\nbrne l',
  'T flag': 'set\nl: dec r16\nbrne m\nclt\nm: brts l',
  'counter in memory by Z': 'l: ld r18, Z\ndec r18\nst Z, r18\nbrne l',
  'counter compared in memory by Z': 'l: ld r18, Z\ninc r19\ncpse r19, r18\nrjmp l',
  'empty calls': 'l: rcall e\ndec r16\nbrne l\nrjmp x\ne: ret\nx: nop',
  'filling memory by Z': 'clr r30\nl: st Z, r0\ninc r30\ncpi r30, 30\nbrne l\nldi r30, 20\nldi r24, 2',
};

const pins: Record<string, string> = {
  'sbis, rjmp': 'l: sbic PIND, 0\nrjmp l',
  'sbic, rjmp with wdr': 'l: wdr\nsbic PIND, 0\nrjmp l',
  'in, andi, brne': 'l: in r16, PIND\nandi r16, 8\nbrne l',
  'in, sbrc': 'l: in r16, PIND\nsbrc r16, 3\nrjmp l',
  'in, com, andi, breq': 'l: in r16, PIND\ncom r16\nandi r16, 8\nbreq l',
  'in, lsr, brcs': 'l: in r16, PIND\nlsr r16\nbrcs l',
  'in, ror, brcs': 'l: in r16, PIND\nror r16\nbrcs l',
  'bst, brts': 'l: in r16, PIND\nbst r16, 3\nbrts l',
  'two pins': 'l: sbis PIND, 0\nrjmp x\nsbic PIND, 1\nrjmp l\nx: nop',
  'two pins, in and cp': 'l: in r16, PIND\nandi r16, 3\ncpi r16, 3\nbreq l',
  'change of a port': 'in r17, PIND\nl: in r16, PIND\ncp r16, r17\nbreq l',
  'change by eor': 'in r17, PIND\nl: in r16, PIND\neor r16, r17\nbreq l',
  'last value kept': 'l: mov r17, r16\nin r16, PIND\ncp r16, r17\nbreq l',
  'with a timeout': 'clr r17\nclr r18\nl: sbis PIND, 0\nrjmp x\nsubi r17, 1\nsbci r18, 0\nbrne l\nx: nop',
  'pulse length': 'clr r17\nl: inc r17\nsbic PIND, 0\nrjmp l',
  'pulse length that saturates': 'clr r17\nl: cpi r17, 255\nbreq m\ninc r17\nm: sbic PIND, 0\nrjmp l',
  'debounced: 8 equal samples': 'l: lsl r16\nsbic PIND, 0\nori r16, 1\ncpi r16, 0\nbrne l',
  'debounced: counter goes back': 'l: sbic PIND, 0\nldi r16, 10\ndec r16\nbrne l',
  'debounced with a delay': 'l: rcall delay\nlsl r16\nsbic PIND, 0\nori r16, 1\ncpi r16, 0\nbrne l',
  'by a routine': 'l: rcall look\nbrne l',
  'by a routine, after a delay': 'l: rcall delay\nsbic PIND, 0\nrjmp l',
  'by a routine, after a timer delay': 'l: rcall flag\nsbic PIND, 0\nrjmp l',
  'by a routine, after a tick': 'l: rcall tick\nsbic PIND, 0\nrjmp l',
  'majority of three':
    'l: clr r17\nsbic PIND, 0\ninc r17\nsbic PIND, 0\ninc r17\nsbic PIND, 0\ninc r17\ncpi r17, 2\nbrsh l',
  'mirrored by OUT': 'l: in r16, PIND\nout PORTB, r16\nsbrc r16, 0\nrjmp l',
  'mirrored by SBI and CBI':
    'l: sbic PIND, 0\nsbi PORTB, 1\nsbis PIND, 0\ncbi PORTB, 1\nsbic PIND, 0\nrjmp l',
  'mirrored, branches': 'l: sbis PIND, 0\nrjmp m\nsbi PORTB, 1\nrjmp l\nm: cbi PORTB, 1\nrjmp l',
  'mirrored inverted by OUT': 'l: in r16, PIND\ncom r16\nout PORTB, r16\nrjmp l',
  'mirrored under a mask':
    'l: in r16, PIND\nandi r16, 1\nin r17, PORTB\nandi r17, 254\nor r17, r16\nout PORTB, r17\nrjmp l',
  ACO: 'l: sbis ACSR, 5\nrjmp l',
  'EEWE, endless': 'l: sbis EECR, EEWE\nrjmp l',
  'state machine that idles':
    'ldi r20, 0\nl: cpi r20, 1\nbreq s1\ncpi r20, 2\nbreq s2\nsbis PIND, 0\nldi r20, 1\nrjmp l\ns1: sbis PIND, 1\nldi r20, 2\nrjmp l\ns2: clr r20\nrjmp l',
  'state in two states, toggling':
    'ldi r20, 0\nl: cpi r20, 1\nbreq s1\nsbic PIND, 0\nldi r20, 1\nrjmp l\ns1: sbic PIND, 1\nldi r20, 0\nrjmp l',
  'pin of a table by Z': 'l: ld r18, Z\nin r16, PIND\nand r16, r18\ncp r16, r18\nbreq l',
  'free running counter beside': 'l: subi r17, 255\nsbci r18, 255\nsbci r19, 255\nsbic PIND, 0\nrjmp l',
  'random seed while waiting':
    'l: lsr r17\nror r18\nbrcc m\nldi r19, 0xB4\neor r17, r19\nm: sbic PIND, 0\nrjmp l',
  'four-byte counter beside':
    'l: subi r17, 255\nsbci r18, 255\nsbci r19, 255\nsbci r21, 255\nsbic PIND, 0\nrjmp l',
  'LED blink by a counter':
    'l: subi r17, 1\nsbci r18, 0\nbrne m\nin r19, PORTB\nldi r21, 1\neor r19, r21\nout PORTB, r19\nm: sbic PIND, 0\nrjmp l',
};

const timers: Record<string, string> = {
  'TOV0, rjmp': 'l: in r16, TIFR\nsbrs r16, 1\nrjmp l\nout TIFR, r24',
  'TOV0 by andi': 'l: in r16, TIFR\nandi r16, 2\nbreq l\nout TIFR, r24',
  'TOV0 by a routine': 'l: rcall flag',
  'TOV0, counted': 'clr r17\nl: rcall flag\ndec r17\nbrne l',
  'TOV0, reloaded, counted':
    'clr r17\nl: in r16, TIFR\nsbrs r16, 1\nrjmp l\nout TIFR, r24\nldi r18, 48\nout TCNT0, r18\ndec r17\nbrne l',
  'TOV0 or pin': 'l: sbis PIND, 0\nrjmp x\nin r16, TIFR\nsbrs r16, 1\nrjmp l\nout TIFR, r24\nx: nop',
  'TOV0 or pin, counted':
    'clr r17\nl: sbis PIND, 0\nrjmp x\nin r16, TIFR\nsbrs r16, 1\nrjmp l\nout TIFR, r24\ndec r17\nbrne l\nx: nop',
  'TCNT0 above a mark': 'l: in r16, TCNT0\ncpi r16, 200\nbrlo l\nm: in r16, TCNT0\ncpi r16, 200\nbrsh m',
  'TCNT0 to a bit': 'l: in r16, TCNT0\nsbrs r16, 7\nrjmp l\nm: in r16, TCNT0\nsbrc r16, 7\nrjmp m',
  'TCNT0, brmi': 'l: in r16, TCNT0\ntst r16\nbrpl l\nm: in r16, TCNT0\ntst r16\nbrmi m',
  'TCNT0 since a mark': 'l: in r16, TCNT0\nsub r16, r20\ncpi r16, 208\nbrlo l\nsubi r20, 48',
  'mark less TCNT0': 'l: mov r16, r20\nin r17, TCNT0\nsub r16, r17\nbrpl l\nsubi r20, 156',
  'a tick, counted': 'clr r17\nl: rcall tick\ndec r17\nbrne l',
  'a tick, counted in 16 bits': 'clr r17\nclr r18\nl: rcall tick\nsubi r17, 1\nsbci r18, 0\nbrne l',
  'eight ticks in a row':
    'rcall tick\nrcall tick\nrcall tick\nrcall tick\nrcall tick\nrcall tick\nrcall tick\nrcall tick',
  'tick and pin': 'l: rcall tick\nsbic PIND, 0\nrjmp l',
  'TCNT0 at 0 by tst': 'ldi r16, 0\nout TCNT0, r16\nl: in r16, TCNT0\ncpi r16, 190\nbrlo l',
  'a tick and a toggle':
    'ldi r18, 1\nl: in r16, TCNT0\nsub r16, r20\ncpi r16, 47\nbrcc l\nsubi r20, 48\neor r17, r18\nout PORTB, r17',
  'a delay and a toggle': 'ldi r18, 1\nl: rcall delay\neor r17, r18\nout PORTB, r17\nrjmp l',
  'a delay, counted': 'clr r17\nl: rcall delay\ndec r17\nbrne l',
  'two routines deep': 'clr r17\nl: rcall both\ndec r17\nbrne l',
};

/** Programs by kind and name: each repeats its wait for ever. */
export const waits: readonly { kind: string; name: string; words: Uint16Array }[] = Object.entries({
  counter: counters,
  pin: pins,
  timer: timers,
}).flatMap(([kind, group]) =>
  Object.entries(group).map(([name, text]) => ({
    kind,
    name,
    words: assemble(`${SETUP}\nagain:\n${text}\nrjmp again\n${ROUTINES}`).words,
  })),
);
