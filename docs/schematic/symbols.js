/**
 * The symbols of the schematic. Each draws itself on a sheet around a point, declares its pins there, and writes its
 * designator and value beside it. Lengths from centre to pin end: resistor, capacitor, diode and crystal 40.
 */

const REACH = 40;

/** Lines of text beside a part: designator, then value. */
function caption(sheet, x, y, part, value, anchor, gap = 18) {
  sheet.text(x, y, part, 'ref', anchor);
  for (const [i, line] of [value].flat().entries()) sheet.text(x, y + gap * (i + 1), line, 'value', anchor);
}

/** Resistor; `way` is 'across' or 'down'. Pin 1 is left or top. */
export function resistor(sheet, x, y, way, part, value, { absent = false, side = 'right' } = {}) {
  const body = absent ? 'absent' : 'body';
  const lead = absent ? 'absent' : 'line';
  if (way === 'across') {
    sheet.path(`M${x - REACH} ${y}H${x - 25}M${x + 25} ${y}H${x + REACH}`, lead);
    sheet.box(x - 25, y - 9, 50, 18, body);
    sheet.text(x, y - 16, part, 'ref', 'middle');
    sheet.text(x, y + 27, value, 'value', 'middle');
    sheet.pin(part, 1, x - REACH, y);
    sheet.pin(part, 2, x + REACH, y);
    return;
  }
  sheet.path(`M${x} ${y - REACH}V${y - 25}M${x} ${y + 25}V${y + REACH}`, lead);
  sheet.box(x - 9, y - 25, 18, 50, body);
  if (side === 'below') caption(sheet, x, y + 63, part, value, 'middle');
  else
    caption(
      sheet,
      side === 'right' ? x + 17 : x - 17,
      y - 3,
      part,
      value,
      side === 'right' ? 'start' : 'end',
    );
  sheet.pin(part, 1, x, y - REACH);
  sheet.pin(part, 2, x, y + REACH);
}

/** Capacitor, upright; pin 1 at the top. `plus` is 'bottom' for a polarised one that hangs upside down. */
export function capacitor(sheet, x, y, part, value, { plus = undefined } = {}) {
  sheet.path(`M${x} ${y - REACH}V${y - 6}M${x} ${y + 6}V${y + REACH}`, 'line');
  sheet.path(`M${x - 17} ${y - 6}H${x + 17}`, 'thick');
  if (plus) {
    sheet.path(`M${x - 17} ${y + 6}H${x + 17}`, 'thick');
    sheet.text(x - 26, y + 22, '+', 'ref', 'middle');
  } else sheet.path(`M${x - 17} ${y + 6}H${x + 17}`, 'thick');
  caption(sheet, x + 26, y - 3, part, value, 'start');
  sheet.pin(part, plus ? '-' : 1, x, y - REACH);
  sheet.pin(part, plus ? '+' : 2, x, y + REACH);
}

/** Diode, upright; `points` says where its arrow and so its cathode is: 'up' or 'down'. */
export function diode(sheet, x, y, points, part, value, side = 'right') {
  const s = points === 'up' ? -1 : 1;
  sheet.path(`M${x} ${y - REACH}V${y + REACH}`, 'line');
  sheet.path(`M${x - 13} ${y - 11 * s}H${x + 13}L${x} ${y + 11 * s}Z`, 'solid');
  sheet.path(`M${x - 13} ${y + 11 * s}H${x + 13}`, 'thick');
  caption(sheet, side === 'right' ? x + 21 : x - 21, y - 3, part, value, side === 'right' ? 'start' : 'end');
  sheet.pin(part, 'K', x, y + s * REACH);
  sheet.pin(part, 'A', x, y - s * REACH);
}

/**
 * Bipolar transistor. The base is 40 to the side (`base`: 'left' or 'right'), collector and emitter end 20 to the other
 * side, 40 above and below. An NPN has its emitter at the bottom, a PNP at the top, as current flows downwards.
 */
export function transistor(sheet, x, y, type, base, part, value) {
  const s = base === 'left' ? 1 : -1;
  sheet.circle(x + 4 * s, y, 27, 'body');
  sheet.path(`M${x - 40 * s} ${y}H${x - 8 * s}`, 'line');
  sheet.path(`M${x - 8 * s} ${y - 17}V${y + 17}`, 'thick');
  sheet.path(`M${x - 8 * s} ${y - 7}L${x + 20 * s} ${y - 21}V${y - REACH}`, 'line');
  sheet.path(`M${x - 8 * s} ${y + 7}L${x + 20 * s} ${y + 21}V${y + REACH}`, 'line');
  // the arrow lies on the emitter: away from the base in an NPN, towards it in a PNP
  if (type === 'npn') sheet.path(arrow(x + 14 * s, y + 18, s, 0.5), 'solid');
  else sheet.path(arrow(x - 2 * s, y - 10, -s, 0.5), 'solid');
  const at = x + 38 * s;
  caption(sheet, at, y - 2, part, value, s > 0 ? 'start' : 'end');
  sheet.pin(part, 'B', x - 40 * s, y);
  sheet.pin(part, type === 'npn' ? 'C' : 'E', x + 20 * s, y - REACH);
  sheet.pin(part, type === 'npn' ? 'E' : 'C', x + 20 * s, y + REACH);
}

/** An arrow head with its tip at a point, pointing along (direction, slope) downwards. */
function arrow(x, y, direction, slope) {
  const length = Math.hypot(1, slope);
  const [ux, uy] = [direction / length, slope / length];
  const back = 13;
  const half = 5.5;
  const [bx, by] = [x - ux * back, y - uy * back];
  const point = (px, py) => `${px.toFixed(1)} ${py.toFixed(1)}`;
  return `M${point(x, y)}L${point(bx - uy * half, by + ux * half)}L${point(bx + uy * half, by - ux * half)}Z`;
}

/** Ceramic resonator with its two capacitors inside; pins: 1 and 3 the ends, 2 the middle, to ground. */
export function resonator(sheet, x, y, part, value) {
  sheet.box(x - 85, y - 60, 110, 120, 'body');
  // the element
  sheet.path(`M${x} ${y - REACH}V${y - 12}M${x} ${y + 12}V${y + REACH}`, 'line');
  sheet.path(`M${x - 15} ${y - 12}H${x + 15}M${x - 15} ${y + 12}H${x + 15}`, 'thick');
  sheet.path(`M${x - 15} ${y - 6}h30v12h-30Z`, 'line');
  // both capacitors, to the common line at the left
  for (const end of [-REACH, REACH]) {
    sheet.path(`M${x + 40} ${y + end}H${x - 29}M${x - 39} ${y + end}H${x - 65}`, 'line');
    sheet.path(`M${x - 29} ${y + end - 12}v24M${x - 39} ${y + end - 12}v24`, 'thick');
    sheet.circle(x, y + end, 3, 'solid');
  }
  sheet.path(`M${x - 65} ${y - REACH}V${y + 80}`, 'line');
  sheet.circle(x - 65, y + REACH, 3, 'solid');
  sheet.text(x - 85, y - 84, part, 'ref');
  sheet.text(x - 85, y - 67, value, 'value');
  sheet.pin(part, 1, x + 40, y - REACH);
  sheet.pin(part, 3, x + 40, y + REACH);
  sheet.pin(part, 2, x - 65, y + 80);
}

/** Supply symbol: a bar above the point. */
export function supply(sheet, x, y, net = 'VCC') {
  sheet.path(`M${x} ${y}V${y - 14}`, 'line');
  sheet.path(`M${x - 14} ${y - 14}H${x + 14}`, 'thick');
  sheet.text(x, y - 21, net, 'net', 'middle');
  sheet.name(net, x, y);
}

/** Ground symbol: three bars below the point. */
export function ground(sheet, x, y) {
  sheet.path(
    `M${x} ${y}V${y + 8}M${x - 16} ${y + 8}H${x + 16}M${x - 10} ${y + 14}H${x + 10}M${x - 4} ${y + 20}H${x + 4}`,
    'line',
  );
  sheet.name('GND', x, y);
}

/**
 * A box with pins: integrated circuit or connector.
 * @param rows { side: 'left'|'right'|'top'|'bottom', at, pin, name, open? }; `at` is y, or x for top and bottom; an open
 *   pin gets a cross and no wire
 */
export function block(sheet, { x, y, width, height, part, rows, lead = 30 }) {
  sheet.box(x, y, width, height, 'body');
  for (const row of rows) blockPin(sheet, { x, y, width, height, part, lead }, row);
}

function blockPin(sheet, { x, y, width, height, part, lead }, { side, at, pin, name, open }) {
  if (side === 'left' || side === 'right') {
    const s = side === 'left' ? -1 : 1;
    const edge = side === 'left' ? x : x + width;
    const end = edge + s * lead;
    sheet.path(`M${edge} ${at}H${end}`, 'line');
    sheet.text(edge - s * 8, at + 5, name, 'pinname', s < 0 ? 'start' : 'end');
    sheet.text(edge + s * (lead / 2), at - 5, pin, 'pinnumber', 'middle');
    if (open) cross(sheet, end, at);
    else sheet.pin(part, pin, end, at);
    return;
  }
  const s = side === 'top' ? -1 : 1;
  const edge = side === 'top' ? y : y + height;
  sheet.path(`M${at} ${edge}V${edge + s * lead}`, 'line');
  sheet.text(at, edge + (s < 0 ? 20 : -10), name, 'pinname', 'middle');
  sheet.text(at + 6, edge + s * (lead / 2) + 5, pin, 'pinnumber', 'start');
  sheet.pin(part, pin, at, edge + s * lead);
}

/** What one sees when looking at a connector: a frame and its contacts, each with number and name. */
export function face(sheet, { x, y, title, outline, contacts }) {
  sheet.text(x, y - 14, title, 'note');
  sheet.path(outline, 'plain');
  for (const { at, pin, name, square } of contacts) {
    const [cx, cy] = at;
    if (square) sheet.box(cx - 6, cy - 6, 12, 12, 'body');
    else sheet.circle(cx, cy, 6, 'body');
    if (pin) sheet.text(cx, cy - 11, pin, 'pinnumber', 'middle');
    if (name) sheet.text(name.x ?? cx, name.y ?? cy, name.text, 'pinname', name.anchor ?? 'middle');
  }
}

/** A pin that is left alone. */
function cross(sheet, x, y) {
  sheet.path(`M${x - 5} ${y - 5}l10 10M${x - 5} ${y + 5}l10 -10`, 'cross');
}
