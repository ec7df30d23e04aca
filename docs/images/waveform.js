/** One ISP instruction as a timing diagram: SCK, MOSI, MISO and the bytes that they carry. */
import { levelAt } from './vcd.js';

const LEFT = 74;
const RIGHT = 24;
const WIDTH = 1000;
const HIGH = 34;
const ROWS = { SCK: 66, MOSI: 136, MISO: 206 };
const AXIS = 268;
const HEIGHT = 306;

const hex = byte => byte.toString(16).toUpperCase().padStart(2, '0');

/** @param edges of all wires; @param instruction from {@link instructions} */
export function waveform(edges, instruction) {
  const period = instruction.edges[1] - instruction.edges[0];
  const from = instruction.edges[0] - period;
  const to = instruction.edges[31] + period * 1.4;
  const x = time => LEFT + ((time - from) / (to - from)) * (WIDTH - LEFT - RIGHT);
  const rows = Object.entries(ROWS).flatMap(([name, y]) => [
    `<text class="name" x="${LEFT - 14}" y="${y - HIGH / 2 + 5}" text-anchor="end">${name}</text>`,
    `<path class="wave ${name}" d="${trail(edges[name], from, to, x, y)}"/>`,
  ]);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img">`,
    `<title>Read Signature: the programmer sends ${instruction.mosi.map(hex).join(' ')}, the target answers ${instruction.miso.map(hex).join(' ')}</title>`,
    `<style>${STYLE}</style>`,
    `<rect class="paper" width="${WIDTH}" height="${HEIGHT}"/>`,
    ...bands(instruction, period, x),
    ...rows,
    ...labels(instruction, period, x),
    ...axis(from, to, x),
    '</svg>',
    '',
  ].join('\n');
}

/** The line of a wire between two times. */
function trail(edges, from, to, x, y) {
  const at = level => (level === '0' ? y : y - HIGH);
  let path = `M${x(from).toFixed(1)} ${at(levelAt(edges, from))}`;
  for (const { time, level } of edges)
    if (time > from && time < to) path += `H${x(time).toFixed(1)}V${at(level)}`;
  return `${path}H${x(to).toFixed(1)}`;
}

/** The span of one byte: from a quarter of a bit before its first rising edge to the same point of the next. */
function span({ edges }, period, i) {
  const start = edges[8 * i] - period * 0.55;
  const end = i < 3 ? edges[8 * i + 8] - period * 0.55 : edges[31] + period * 0.7;
  return { start, end };
}

function bands(instruction, period, x) {
  return [0, 1, 2, 3].map(i => {
    const { start, end } = span(instruction, period, i);
    return `<rect class="${i % 2 ? 'odd' : 'even'}" x="${x(start).toFixed(1)}" y="20" width="${(x(end) - x(start)).toFixed(1)}" height="${AXIS - 34}"/>`;
  });
}

const MEANING = {
  MOSI: ['Read Signature', '', 'address 0', ''],
  MISO: ['', 'echo', 'echo', 'the signature: Atmel'],
};

function labels(instruction, period, x) {
  return Object.entries(MEANING).flatMap(([name, words]) =>
    words.map((word, i) => {
      const { start, end } = span(instruction, period, i);
      const byte = hex(instruction[name.toLowerCase()][i]);
      const middle = ((x(start) + x(end)) / 2).toFixed(1);
      const note = word ? `<tspan class="word" dx="8">${word}</tspan>` : '';
      return `<text class="byte" x="${middle}" y="${ROWS[name] + 20}" text-anchor="middle">${byte}${note}</text>`;
    }),
  );
}

function axis(from, to, x) {
  const step = 100_000;
  const zero = Math.ceil(from / 1000) * 1000;
  const marks = [];
  for (let time = zero; time < to; time += step) {
    const at = x(time).toFixed(1);
    marks.push(`<path class="tick" d="M${at} ${AXIS - 10}v6"/>`);
    const text = time === zero ? `${(zero / 1e6).toFixed(3)} ms` : `+${(time - zero) / 1000} µs`;
    marks.push(`<text class="time" x="${at}" y="${AXIS + 12}" text-anchor="middle">${text}</text>`);
  }
  return [...marks, `<path class="tick" d="M${LEFT} ${AXIS - 10}H${WIDTH - RIGHT}"/>`];
}

const STYLE = `
.paper { fill: #ffffff } .even { fill: #eef3f8 } .odd { fill: #f7f9fb }
.wave { fill: none; stroke-width: 1.6; stroke-linejoin: round }
.SCK { stroke: #26292e } .MOSI { stroke: #1b5e9b } .MISO { stroke: #1f6f43 }
text { font-family: 'DejaVu Sans', Verdana, Helvetica, Arial, sans-serif; fill: #26292e }
.name { font-size: 14px; font-weight: bold } .byte { font-size: 14px; font-weight: bold }
.word { font-size: 13px; font-weight: normal } .time { font-size: 12px; fill: #6a717a }
.tick { fill: none; stroke: #8a9099; stroke-width: 1.2 }
@media (prefers-color-scheme: dark) {
  .paper { fill: #14171c } .even { fill: #1e242c } .odd { fill: #191d23 }
  .SCK { stroke: #e4e6ea } .MOSI { stroke: #7cb8f2 } .MISO { stroke: #62c48d }
  text { fill: #e4e6ea } .time { fill: #a2a9b3 }
}
`;
