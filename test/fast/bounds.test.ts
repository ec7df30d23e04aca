/** Bounds are lower bounds: for so many rounds a condition really stays, whatever the operands. */
import { describe, expect, it } from 'vitest';
import { helpers } from '../../vm-host/fast/helpers.ts';
import { Random } from '../vm-host/helpers.ts';

const SAMPLES = 100_000;
const SEED = Number(process.env.SEED ?? 77);

type Sign = 1 | -1;

/** The flags of a + b or a - b. */
function flagsOf(a: number, b: number, sign: Sign): number {
  const raw = a + sign * b;
  return (sign > 0 ? helpers.add : helpers.subtract)(a, b, raw, raw & 255);
}

/** Mask of a flag, where it turns as an operand comes around, where as the result does, and of how many values. */
const flags = [
  ['C', 0x01, 0, 0, 256],
  ['S', 0x10, 128, 0, 256],
  ['V', 0x08, 128, 128, 256],
  ['H', 0x20, 0, 0, 16],
] as const;

/** True when a condition stays for `rounds` rounds; more than one way round tells no more. */
const stays = (rounds: number, condition: (round: number) => number | boolean) =>
  Array.from({ length: Math.min(rounds, 300) }, (_, i) => condition(i + 1)).every(
    each => each === condition(0),
  );

describe.each(flags)('the bound of %s', (_, mask, turn, zero, size) => {
  const samples = (check: (a: number, b: number, step: number, other: number, sign: Sign) => boolean) => {
    const random = new Random(SEED);
    for (let i = 0; i < SAMPLES; i++) {
      const [a, b, step, other] = [0, 0, 0, 0].map(() => random.below(256));
      const sign = random.pick<Sign>([1, -1]);
      expect(check(a, b, step, other, sign), `SEED=${SEED}: ${[a, b, step, other, sign]}`).toBe(true);
    }
  };

  it('holds where the first operand moves', () => {
    samples((a, b, step, _, sign) => {
      const rounds = helpers.rounds(a, step, size, turn, sign < 0 ? b + zero : zero - b);
      return stays(rounds, round => flagsOf((a + round * step) & 255, b, sign) & mask);
    });
  });

  it('holds where the second operand moves', () => {
    samples((a, b, step, _, sign) => {
      const rounds = helpers.rounds(b, step, size, turn, sign < 0 ? a + zero + 1 : zero - a);
      return stays(rounds, round => flagsOf(a, (b + round * step) & 255, sign) & mask);
    });
  });

  it('holds where both move', () => {
    samples((a, b, step, other, sign) => {
      const rounds = Math.min(
        helpers.rounds(a, step, size, turn, turn),
        helpers.rounds(b, other, size, turn, turn),
        helpers.roundsOfBoth((a + sign * b) & 255, step, other, sign, size, zero),
      );
      return stays(
        rounds,
        round => flagsOf((a + round * step) & 255, (b + round * other) & 255, sign) & mask,
      );
    });
  });
});

it('bits from one on stay as long as it is said', () => {
  const random = new Random(SEED);
  for (let i = 0; i < SAMPLES; i++) {
    const [x, step, bit] = [random.below(256), random.below(256), random.below(8)];
    const rounds = helpers.roundsWithin(x, step, 256, 1 << bit);
    expect(stays(rounds, round => ((x + round * step) & 255) >> bit)).toBe(true);
  }
});
