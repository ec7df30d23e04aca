/** Programs that no person would write, and loops as persons do write them. */
import { assemble, encode, instructions } from '../../vm-host/index.ts';
import { Random } from '../vm-host/helpers.ts';
import { placed, setUp } from './placed.ts';

/** Registers that most programs touch, so that interrupts, ports and the timer come into play. */
const IO = ['PORTB', 'DDRB', 'PINB', 'PORTD', 'DDRD', 'PIND', 'TCNT0', 'TIFR', 'TIMSK', 'TCCR0', 'GIMSK'];
const RARE_IO = ['MCUCR', 'SREG', 'ACSR', 'EEAR', 'EEDR', 'EECR', 'WDTCR'];
const LOW_IO = ['PORTB', 'DDRB', 'PINB', 'PORTD', 'DDRD', 'PIND', 'ACSR', 'EECR', 'EEAR'];

/** Words at random, with jumps that stay near and a set-up that lets interrupts in. */
export function randomWords(seed: number): Uint16Array {
  const random = new Random(seed);
  const low = `
        rjmp main
        rjmp service
        rjmp service
        rjmp service
service: in r15, SREG
        inc r14
        ${random.below(2) ? 'com r13' : 'in r13, TCNT0'}
        out PORTB, r13
        out SREG, r15
        reti
routine: ${body(random, 5)}
        ${random.below(4) ? 'ret' : 'reti'}`;
  const length = 10 + random.below(50);
  return placed({ low, setUp: setUp(random), rounds: [body(random, length), body(random, length)] }, random);
}

function body(random: Random, length: number): string {
  return Array.from({ length }, (_, i) => randomLine(random, i, length)).join('\n');
}

const names = instructions.map(({ name }) => name).filter(name => name !== 'reti');

function randomLine(random: Random, place: number, length: number): string {
  const name = random.pick(names);
  // more of them would end most runs early
  if (name === 'ret' && random.below(16)) return 'nop';
  if (name === 'rcall' && random.below(16)) return 'rcall routine';
  const row = instructions.find(each => each.name === name)!;
  const operands = row.fields.map(field => {
    if (field.name === 'A') return address(random, field.max > 31);
    if (field.name === 'k') return distance(random, place, length);
    const value = field.min + random.below(field.max - field.min + 1);
    return field.name === 'Rd' && value === 30 && random.below(32) ? 16 : value;
  });
  return `.dw ${encode(name, operands)}`;
}

function distance(random: Random, place: number, length: number): number {
  const back = random.below(3) === 0;
  const most = Math.min(back ? place : length - place - 1, 20);
  return back ? -1 - random.below(most + 1) : random.below(most + 1);
}

const addresses = new Map(
  [...IO, ...RARE_IO].map(name => [name, assemble(`in r0, ${name}`).words[0]] as const),
);

function address(random: Random, all: boolean): number {
  const name = all ? random.pick(random.below(12) ? IO : RARE_IO) : random.pick(LOW_IO);
  const word = addresses.get(name)!;
  return ((word >> 5) & 0x30) | (word & 15);
}

/** One way to wait; `@` is a number of its own for labels. */
const waits: readonly ((random: Random) => string)[] = [
  r => `ldi r16, ${r.below(256)}\nl@: dec r16\nbrne l@`,
  r => `ldi r16, ${r.below(256)}\nl@: inc r16\nbrne l@`,
  r => `ldi r16, ${r.below(256)}\nldi r17, ${r.below(8)}\nl@: subi r16, 1\nsbci r17, 0\nbrne l@`,
  r => `ldi r16, ${r.below(256)}\nldi r17, ${r.below(8)}\nl@: subi r16, 255\nsbci r17, 255\nbrcs l@`,
  r =>
    `ldi r16, ${r.below(256)}\nclr r17\nclr r18\nl@: subi r16, ${1 + r.below(3)}\nsbci r17, 0\nsbci r18, 0\nbrcc l@`,
  r =>
    `clr r16\nclr r17\nl@: subi r16, 255\nsbci r17, 255\ncpi r16, ${r.below(256)}\nldi r18, ${r.below(4)}\ncpc r17, r18\nbrlo l@`,
  r => `ldi r16, ${r.below(256)}\nldi r18, ${1 + r.below(5)}\nl@: sub r16, r18\nbrcc l@`,
  r => `ldi r16, ${r.below(128)}\nl@: subi r16, ${1 + r.below(9)}\nbrpl l@`,
  r => `ldi r16, ${r.below(256)}\nl@: add r16, r1\nsbrs r16, ${r.below(8)}\nrjmp l@`,
  r =>
    `ldi r16, ${r.below(256)}\nldi r17, 9\nl@: cpse r16, r17\nrjmp m@\nrjmp n@\nm@: dec r16\nrjmp l@\nn@: nop`,
  r => `l@: sbi${r.pick(['s', 'c'])} PIN${r.pick(['B', 'D'])}, ${r.below(7)}\nrjmp l@`,
  r => `l@: in r16, PIND\nandi r16, ${1 << r.below(7)}\nbr${r.pick(['eq', 'ne'])} l@`,
  r =>
    `ldi r17, 200\nldi r18, 3\nl@: sbis PIND, ${r.below(7)}\nrjmp m@\nsubi r17, 1\nsbci r18, 0\nbrne l@\nm@: nop`,
  r => `clr r17\nl@: inc r17\nsbic PINB, ${r.below(8)}\nrjmp l@`,
  () => 'l@: in r16, TIFR\nsbrs r16, 1\nrjmp l@\nldi r16, 2\nout TIFR, r16',
  () => 'l@: in r16, TIFR\nandi r16, 2\nbreq l@\nldi r16, 2\nout TIFR, r16',
  r =>
    `in r20, TCNT0\nsubi r20, ${r.below(256)}\nl@: in r19, TCNT0\nsub r19, r20\ncpi r19, ${20 + r.below(200)}\nbr${r.pick(['cc', 'cs'])} l@`,
  r => `l@: in r19, TCNT0\ncpi r19, ${r.below(250)}\nbr${r.pick(['lo', 'sh'])} l@`,
  r => `l@: in r19, TCNT0\nsbr${r.pick(['s', 'c'])} r19, ${r.below(8)}\nrjmp l@`,
  () => 'l@: in r19, TCNT0\ntst r19\nbrmi l@',
  r => `mov r20, r2\nl@: in r19, TCNT0\nmov r21, r20\nsub r21, r19\nbr${r.pick(['pl', 'mi'])} l@`,
  r => `l@: in r19, TCNT0\nandi r19, ${r.pick([0xf0, 0xc0, 0x80, 0x0c])}\nbreq l@`,
  r => `ldi r18, ${1 + r.below(6)}\no@: ldi r16, ${r.below(256)}\ni@: dec r16\nbrne i@\ndec r18\nbrne o@`,
  r => `ldi r18, ${1 + r.below(6)}\no@: rcall delay\ndec r18\nbrne o@`,
  r =>
    `ldi r16, ${r.below(256)}\nldi r17, ${r.below(3)}\nl@: subi r16, 1\nsbci r17, 0\nmov r18, r16\nor r18, r17\nbrne l@`,
  r => `ldi r16, ${r.below(256)}\nl@: nop\nnop\ndec r16\ncpi r16, ${r.below(256)}\nbrne l@`,
  r => `ldi r16, ${r.below(256)}\nl@: cp r16, r1\nbr${r.pick(['lt', 'ge'])} m@\nm@: inc r16\nbrne l@`,
  r => `ldi r16, ${1 + r.below(30)}\nl@: rcall blink\ndec r16\nbrne l@`,
  r => `ldi r16, ${1 + r.below(99)}\nl@: wdr\nsbic PIND, 3\nrjmp m@\ndec r16\nbrne l@\nm@: nop`,
  () => 'sbi EECR, EEWE\nl@: sbic EECR, EEWE\nrjmp l@',
  r =>
    `ldi r16, 200\nl@: sbic PIND, 1\nrjmp m@\nsbic PIND, 2\nrjmp n@\ndec r16\nbrne l@\nm@: nop\nn@: sbi PORTB, ${r.below(8)}`,
  r =>
    `ldi r16, 40\nclr r17\nl@: sbic PIND, 1\ninc r17\nsbis PIND, 2\nsubi r17, ${r.below(255)}\ndec r16\nbrne l@`,
  r => `ldi r24, ${r.below(256)}\nl@: lsr r24\nbrcc m@\neor r24, r3\nm@: dec r17\nbrne l@`,
  () => 'ldi r16, 0x20\nout MCUCR, r16\nsleep',
  () => 'ldi r16, 0x30\nout MCUCR, r16\nldi r16, 0x40\nout GIMSK, r16\nsei\nsleep',
  r => `l@: sbi${r.pick(['s', 'c'])} ACSR, ${r.pick([4, 5])}\nrjmp l@`,
  r => `ldi r16, 150\nl@: dec r16\nbreq m@\nsbi${r.pick(['s', 'c'])} ACSR, 5\nrjmp l@\nm@: nop`,
  r => `l@: wdr\nsbi${r.pick(['s', 'c'])} PIND, ${r.below(7)}\nrjmp l@`,
  r => `ldi r16, ${r.below(256)}\nldi r17, ${r.below(4)}\nl@: subi r16, 1\nsbci r17, 0\nwdr\nbrne l@`,
  r => `ldi r16, ${r.below(256)}\nl@: sbic PIND, 3\nrjmp m@\nwdr\ndec r16\nbrne l@\nm@: nop`,
  r =>
    `ldi r16, ${r.below(16)}\nout WDTCR, r16\nldi r16, ${r.below(256)}\nl@: dec r16\n${r.pick(['wdr', 'nop'])}\nbrne l@`,
  r => `ldi r30, ${r.below(34)}\nl@: ld r16, Z\nsbic PIND, ${r.below(7)}\nrjmp l@`,
  r => `ldi r30, ${r.pick([5, 16, 17, 30])}\nldi r17, ${r.below(256)}\nl@: st Z, r17\ndec r17\nbrne l@`,
  r =>
    `ldi r30, ${r.below(28)}\nl@: ld r16, Z\ninc r30\ndec r16\nst Z, r16\ncpi r30, 30\nbrne l@\nldi r30, 4`,
  r =>
    `ldi r30, ${r.below(2)}\nldi r18, 40\nl@: ld r16, Z\ndec r16\nst Z, r16\nbrne l@\ninc r30\ndec r18\nbrne l@`,
  r =>
    `ldi r18, ${1 + r.below(9)}\nl@: rcall delay\nsbis PIND, ${r.below(7)}\nrjmp m@\ndec r18\nbrne l@\nm@: nop`,
  r => `ldi r18, ${1 + r.below(9)}\nl@: rcall flag\ndec r18\nbrne l@`,
  r => `ldi r18, ${1 + r.below(30)}\nl@: rcall pin\ndec r18\nbreq m@\nsbrs r25, 0\nrjmp l@\nm@: nop`,
  r =>
    `ldi r18, 2\nldi r17, ${r.below(256)}\nldi r16, ${r.below(256)}\nl@: dec r16\nbrne l@\ndec r17\nbrne l@\ndec r18\nbrne l@`,
  r =>
    `l@: in r16, TIFR\nsbrc r16, 1\nrjmp m@\nsbic PIND, ${r.below(7)}\nrjmp n@\nwdr\nrjmp l@\nm@: ldi r16, 2\nout TIFR, r16\nn@: nop`,
  r =>
    `ldi r16, ${1 + r.below(255)}\nl@: sbic PIND, ${r.below(7)}\nldi r16, ${1 + r.below(40)}\nrcall pin\ndec r16\nbrne l@`,
];

/** A program that waits in ever other ways, with interrupts that count and toggle. */
export function waitingProgram(seed: number): Uint16Array {
  const random = new Random(seed);
  const parts = Array.from({ length: 1 + random.below(6) }, (_, i) =>
    random.pick(waits)(random).replaceAll('@', String(i)),
  );
  const low = `
        rjmp main
        rjmp service
        rjmp tick
        rjmp service
service: in r15, SREG
        inc r14
        sbi PORTD, 5
        out SREG, r15
        reti
tick:   in r15, SREG
        inc r13
        out PORTB, r13
        ${random.below(2) ? 'ldi r31, 0x80\n out TCNT0, r31' : ''}
        out SREG, r15
        reti
delay:  ldi r25, ${random.below(256)}
dloop:  dec r25
        brne dloop
        ret
flag:   in r25, TIFR
        ${random.below(2) ? 'wdr' : 'nop'}
        sbrs r25, 1
        rjmp flag
        ldi r25, 2
        out TIFR, r25
        ret
pin:    in r25, PIND
        andi r25, ${1 << random.below(7)}
        ret
blink:  sbi PORTB, 1
        cbi PORTB, 1
        ret`;
  const rounds = parts.map(part => `${part}\nsbi PORTB, 0\ncbi PORTB, 0`);
  return placed({ low, setUp: setUp(random), rounds }, random);
}
