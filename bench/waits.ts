/** How fast each of the ways to wait is, beside the peers: see bench/README.md. */
import { MHz, median, times } from './speed/clock.ts';
import { measureAll, ratioToPeers } from './speed/engines.ts';
import { simavr as buildSimavr } from './speed/simavr.ts';
import { kinds, waits } from './speed/waits.ts';

/** Each figure is the median of so many. */
const ROUNDS = 5;
/** What a wait should reach, times the faster peer. */
const GOAL = 50;

const simavr = buildSimavr();
const all = waits();
console.log(
  `\n${all.length} ways to wait; simulated MHz per processor; ratio: fast to the faster of simavr and avr8js`,
);

function row(name: string, ...cells: string[]): void {
  console.log([name.padEnd(42), ...cells.map(cell => cell.padStart(13))].join(''));
}

const missed: string[] = [];
for (const kind of kinds) {
  console.log('');
  row(kind, 'fast', 'simavr', 'avr8js', 'ratio', '');
  const ratios = all
    .filter(wait => wait.kind === kind)
    .map(({ name, words }) => {
      const rates = measureAll(words, simavr, ROUNDS);
      const ratio = ratioToPeers(rates);
      if (ratio < GOAL) missed.push(`${name} ${times(ratio)}`);
      row(
        `  ${name}`,
        MHz(rates.fast),
        MHz(rates.simavr),
        MHz(rates.avr8js),
        times(ratio),
        ratio < GOAL ? `< ${GOAL} ×` : '',
      );
      return ratio;
    });
  row(
    `${ratios.length} of them: the lowest, the median`,
    '',
    '',
    times(Math.min(...ratios)),
    times(median(ratios)),
  );
}
console.log(
  `\n${all.length - missed.length} of ${all.length} at least ${GOAL} ×; not these: ${missed.join(', ') || 'none'}`,
);
