/**
 * A sheet of paper for schematics: wires, pins, names and symbols in, SVG out. It also knows which pins the wires
 * connect, so that a drawing can be compared with a list of nets and a loose end is an error and not a pixel.
 *
 * Coordinates are points of a grid of 10 units, x to the right and y down.
 */

const GRID = 10;
const key = ([x, y]) => `${x},${y}`;
const escapeText = text => String(text).replace(/&/g, '&amp;').replace(/</g, '&lt;');

/** True when the point lies on the segment, ends included. Segments run along the axes. */
function lies([x, y], [[x1, y1], [x2, y2]]) {
  const between = (v, a, b) => v >= Math.min(a, b) && v <= Math.max(a, b);
  return between(x, x1, x2) && between(y, y1, y2);
}

export class Sheet {
  #width;
  #height;
  #below = [];
  #above = [];
  #segments = [];
  /** { part, pin, at }: where wires may end. */
  #pins = [];
  /** { name, at }: what a net is called; equal names are one net. */
  #names = [];

  constructor(width, height) {
    this.#width = width;
    this.#height = height;
  }

  // --- What a drawing consists of ------------------------------------------------

  /** A wire through all these points. */
  wire(...points) {
    for (const [i, [x, y]] of points.entries()) {
      if (x % GRID || y % GRID) throw new Error(`wire off the grid at ${x},${y}`);
      if (i === 0) continue;
      const [px, py] = points[i - 1];
      if (px !== x && py !== y) throw new Error(`slanted wire from ${px},${py} to ${x},${y}`);
      this.#segments.push([points[i - 1], points[i]]);
    }
    this.#below.push(`<path class="wire" d="M${points.map(point => point.join(' ')).join('L')}"/>`);
  }

  /** Declares the end of a pin. `pin` is its number, or a letter where parts have no numbers. */
  pin(part, pin, x, y) {
    this.#pins.push({ part, pin: String(pin), at: [x, y] });
  }

  /** Declares that the wire at this point has a name; draws nothing. */
  name(net, x, y) {
    this.#names.push({ name: net, at: [x, y] });
  }

  /** Writes text. `style` is a class of the style sheet below, `anchor` start, middle or end. */
  text(x, y, text, style, anchor = 'start') {
    const content = escapeText(text).replace(/~(\w+)/g, '<tspan text-decoration="overline">$1</tspan>');
    this.#above.push(`<text class="${style}" x="${x}" y="${y}" text-anchor="${anchor}">${content}</text>`);
  }

  /** Names the wire at this point and writes the name just above it. */
  label(net, x, y, anchor = 'start') {
    this.name(net.replace('~', ''), x, y);
    this.text(x, y - 6, net, 'net', anchor);
  }

  /** Draws a path with a class of the style sheet. */
  path(d, style) {
    this.#above.push(`<path class="${style}" d="${d}"/>`);
  }

  /** Draws a box. */
  box(x, y, width, height, style) {
    this.#below.push(`<rect class="${style}" x="${x}" y="${y}" width="${width}" height="${height}" rx="2"/>`);
  }

  /** Draws a circle. */
  circle(x, y, radius, style) {
    this.#above.push(`<circle class="${style}" cx="${x}" cy="${y}" r="${radius}"/>`);
  }

  // --- What is connected ------------------------------------------------------------

  /**
   * The nets: name to the sorted list of `part.pin`. A crossing without an end is no connection.
   * @throws Error for a pin or a name that no wire or other pin meets, and for a wire that ends nowhere
   */
  nets() {
    const groups = this.#groups();
    const nets = new Map();
    for (const group of groups.values()) {
      const names = [...new Set(group.names)];
      if (names.length > 1) throw new Error(`one wire, two names: ${names.join(', ')}`);
      if (group.pins.length === 0) continue;
      const name = names[0] ?? `(${group.pins.sort()[0]})`;
      nets.set(name, [...(nets.get(name) ?? []), ...group.pins].sort());
    }
    this.#refuseLooseEnds();
    return Object.fromEntries([...nets].sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  /** Points that wires join, as sets: everything that touches one wire or lies on the same spot. */
  #groups() {
    const parent = new Map();
    const find = id => {
      const up = parent.get(id) ?? id;
      return up === id ? id : find(up);
    };
    const join = (a, b) => parent.set(find(a), find(b));
    const points = this.#points();
    for (const [i, segment] of this.#segments.entries())
      for (const { at } of points) if (lies(at, segment)) join(`wire ${i}`, key(at));
    const groups = new Map();
    for (const { at, name, part, pin } of points) {
      const root = find(key(at));
      if (!groups.has(root)) groups.set(root, { names: [], pins: [] });
      if (name) groups.get(root).names.push(name);
      if (part) groups.get(root).pins.push(`${part}.${pin}`);
    }
    return groups;
  }

  #points() {
    return [...this.#segments.flat().map(at => ({ at })), ...this.#pins, ...this.#names];
  }

  #refuseLooseEnds() {
    for (const { at, part, pin } of this.#pins) {
      if (this.#ends(at) < 2) throw new Error(`nothing meets ${part}.${pin} at ${at}`);
    }
    for (const at of this.#segments.flat()) {
      if (this.#ends(at) < 2) throw new Error(`a wire ends nowhere at ${at}`);
    }
  }

  /** How many wires, pins and names meet at a point; a wire that runs through counts twice. */
  #ends(at) {
    const wires = this.#segments
      .filter(segment => lies(at, segment))
      .reduce((sum, ends) => sum + (ends.some(end => key(end) === key(at)) ? 1 : 2), 0);
    const here = one => key(one.at) === key(at);
    return wires + this.#pins.filter(here).length + this.#names.filter(here).length;
  }

  /** A dot wherever three or more wires and pins meet. */
  #dots() {
    const spots = new Map(this.#segments.flat().map(at => [key(at), at]));
    const names = at => this.#names.filter(name => key(name.at) === key(at)).length;
    return [...spots.values()].filter(at => this.#ends(at) - names(at) > 2);
  }

  // --- The picture ------------------------------------------------------------------

  /** The whole drawing as SVG. */
  svg(title, description) {
    this.nets();
    const dots = this.#dots().map(([x, y]) => `<circle class="dot" cx="${x}" cy="${y}" r="4"/>`);
    return [
      `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${this.#width} ${this.#height}" role="img">`,
      `<title>${escapeText(title)}</title>`,
      `<desc>${escapeText(description)}</desc>`,
      `<style>${STYLE}</style>`,
      `<rect class="paper" width="${this.#width}" height="${this.#height}"/>`,
      ...this.#below,
      ...dots,
      ...this.#above,
      '</svg>',
      '',
    ].join('\n');
  }
}

/** Dark ink on light paper, and the other way round for readers who asked for it. */
const STYLE = `
.paper { fill: #ffffff }
.wire { fill: none; stroke: #1f6f43; stroke-width: 2; stroke-linejoin: round; stroke-linecap: round }
.dot { fill: #1f6f43 }
.line { fill: none; stroke: #26292e; stroke-width: 2; stroke-linecap: round; stroke-linejoin: round }
.thick { fill: none; stroke: #26292e; stroke-width: 3.5; stroke-linecap: round }
.solid { fill: #26292e; stroke: #26292e; stroke-width: 1 }
.body { fill: #fbf6e6; stroke: #26292e; stroke-width: 2 }
.plain { fill: none; stroke: #8a9099; stroke-width: 1.2 }
.absent { fill: none; stroke: #8a9099; stroke-width: 1.6; stroke-dasharray: 5 4 }
.cross { fill: none; stroke: #8a9099; stroke-width: 1.6 }
text { font-family: 'DejaVu Sans', Verdana, Helvetica, Arial, sans-serif }
.ref { fill: #26292e; font-size: 15px; font-weight: bold }
.value { fill: #26292e; font-size: 14px }
.pinname { fill: #26292e; font-size: 14px }
.pinnumber { fill: #6a717a; font-size: 12px }
.net { fill: #1b5e9b; font-size: 14px; font-weight: bold }
.note { fill: #6a717a; font-size: 13px }
.grey { fill: #6a717a; font-size: 14px }
.title { fill: #26292e; font-size: 20px; font-weight: bold }
@media (prefers-color-scheme: dark) {
  .paper { fill: #14171c }
  .wire { stroke: #62c48d } .dot { fill: #62c48d }
  .line, .thick { stroke: #e4e6ea } .solid { fill: #e4e6ea; stroke: #e4e6ea }
  .body { fill: #23262c; stroke: #e4e6ea }
  .plain, .absent, .cross { stroke: #7d858f }
  .ref, .value, .pinname, .title { fill: #e4e6ea }
  .pinnumber, .note, .grey { fill: #a2a9b3 }
  .net { fill: #7cb8f2 }
}
`;
