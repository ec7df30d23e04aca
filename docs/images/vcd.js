/** Reads a trace of `isp --trace`: one-bit wires, whole nanoseconds. */

/** @returns { name: [{ time, level }] } in order of time; a level is '0', '1', 'z' or 'x' */
export function parseVcd(text) {
  const names = new Map(
    [...text.matchAll(/\$var wire 1 (\S+) (\S+) \$end/g)].map(([, id, name]) => [id, name]),
  );
  const edges = Object.fromEntries([...names.values()].map(name => [name, []]));
  let time = 0;
  for (const line of text.slice(text.indexOf('$enddefinitions')).split('\n')) {
    if (line.startsWith('#')) time = Number(line.slice(1));
    else if (names.has(line.slice(1))) edges[names.get(line.slice(1))].push({ time, level: line[0] });
  }
  return edges;
}

/** The level of a wire at a time. */
export function levelAt(edges, time) {
  return edges.findLast(edge => edge.time <= time)?.level ?? 'x';
}

/**
 * The ISP instructions on the wires: 32 rising edges of SCK each, counted from the last fall of RESET.
 * @returns [{ from, to, edges: 32 times, mosi, miso: four bytes each }]
 */
export function instructions({ RESET, SCK, MOSI, MISO }) {
  const found = [];
  let rising = [];
  const events = [
    ...RESET.map(edge => ({ ...edge, wire: 'RESET' })),
    ...SCK.map(edge => ({ ...edge, wire: 'SCK' })),
  ];
  for (const { time, level, wire } of events.sort((a, b) => a.time - b.time)) {
    if (wire === 'RESET') rising = [];
    else if (level === '1' && levelAt(RESET, time) === '0') rising.push(time);
    if (rising.length < 32) continue;
    found.push({ edges: rising, mosi: bytes(MOSI, rising), miso: bytes(MISO, rising) });
    rising = [];
  }
  return found;
}

/** Four bytes, each bit as it stood just before the rising edge. */
function bytes(edges, times) {
  const bits = times.map(time => (levelAt(edges, time - 1) === '0' ? 0 : 1));
  return [0, 8, 16, 24].map(at => bits.slice(at, at + 8).reduce((byte, bit) => byte * 2 + bit, 0));
}
