/**
 * avr8js on our board: the same pins, queue and run as the machine of this project.
 *
 * It has no AT90S1200; ports and timer lie as on the ATtiny2313, which has RAM for its stack.
 */
import { AVRIOPort, AVRTimer, avrInstruction, CPU, PinState, timer0Config } from 'avr8js';
import type { PinDrive, Programmer, ProgrammerPin } from '../../simulator/index.ts';
import { EventQueue } from '../../vm-host/index.ts';

const RAM_BYTES = 128;
const RAMEND = 0xdf;

/** Data addresses of the ports, ATtiny2313. */
const PORTS = {
  B: { PIN: 0x36, DDR: 0x37, PORT: 0x38 },
  D: { PIN: 0x30, DDR: 0x31, PORT: 0x32 },
} as const;

/** Timer/Counter0 of the ATtiny2313; bits of TIFR and TIMSK differ from those of the ATmega328P. */
const timer0 = {
  ...timer0Config,
  ...{ TIFR: 0x58, TIMSK: 0x59, TCCRA: 0x50, TCCRB: 0x53, TCNT: 0x52, OCRA: 0x56, OCRB: 0x5c },
  ...{ TOV: 2, OCFA: 1, OCFB: 4, TOIE: 2, OCIEA: 1, OCIEB: 4 },
  ...{ compPortA: 0x38, compPinA: 2, compPortB: 0x32, compPinB: 5, externalClockPort: 0x32 },
};

const drives: Readonly<Record<PinState, PinDrive>> = {
  [PinState.Low]: 'low',
  [PinState.High]: 'high',
  [PinState.Input]: 'float',
  [PinState.InputPullUp]: 'pull-up',
};

class Pin implements ProgrammerPin {
  drive: PinDrive = 'float';
  onDrive?: (drive: PinDrive, now: number, pc: number) => void;
  private held = false;

  constructor(
    readonly name: string,
    private readonly port: AVRIOPort,
    private readonly bit: number,
    private readonly cpu: CPU,
  ) {}

  get level(): boolean {
    return this.held;
  }

  set level(level: boolean) {
    this.held = level;
    this.port.setPin(this.bit, level);
  }

  look(): void {
    const drive = drives[this.port.pinState(this.bit)];
    if (drive === this.drive) return;
    this.drive = drive;
    this.onDrive?.(drive, this.cpu.cycles, this.cpu.pc);
  }
}

export class Avr8jsMachine implements Programmer {
  readonly queue = new EventQueue();
  readonly pins: Record<string, Pin> = {};
  private readonly cpu: CPU;
  private limit = 0;

  constructor(words: Uint16Array) {
    const flash = new Uint16Array(1024).fill(0xffff);
    flash.set(words);
    this.cpu = new CPU(flash, RAM_BYTES);
    this.cpu.SP = RAMEND;
    new AVRTimer(this.cpu, timer0);
    for (const [letter, addresses] of Object.entries(PORTS)) this.addPort(letter, addresses);
  }

  get cycle(): number {
    return this.cpu.cycles;
  }

  run(limit: number): void {
    const { cpu, queue } = this;
    this.limit = limit;
    while (cpu.cycles < this.limit) {
      if (queue.nextTime <= cpu.cycles) queue.runUntil(cpu.cycles);
      else {
        avrInstruction(cpu);
        cpu.tick();
      }
    }
  }

  stop(): void {
    this.limit = Number.NEGATIVE_INFINITY;
  }

  private addPort(letter: string, addresses: (typeof PORTS)[keyof typeof PORTS]): void {
    const port = new AVRIOPort(this.cpu, { ...addresses, externalInterrupts: [] });
    const pins = Array.from({ length: 8 }, (_, bit) => new Pin(`P${letter}${bit}`, port, bit, this.cpu));
    port.addListener(() => {
      for (const pin of pins) pin.look();
    });
    for (const pin of pins) this.pins[pin.name] = pin;
  }
}
