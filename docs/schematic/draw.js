#!/usr/bin/env node
/**
 * Draws docs/schematic.svg: the in-system programmer of application note AVR910.
 *
 *     node docs/schematic/draw.js           writes the drawing
 *     node docs/schematic/draw.js --nets    prints which pins it connects
 *     node docs/schematic/draw.js --print   prints the drawing
 */
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Sheet } from './sheet.js';
import { block, capacitor, diode, face, ground, resistor, resonator, supply, transistor } from './symbols.js';

/** A pin that this circuit leaves alone. */
const open = row => ({ ...row, open: true });

/** Names of the lines that a PC's port has and this circuit does not use (TIA-232). */
const UNUSED = { 1: 'DCD', 4: 'DTR', 6: 'DSR', 7: 'RTS', 8: 'CTS', 9: 'RI' };

/** J100, the plug to the PC. TXD and RXD are the programmer's: TXD goes to the PC. */
function serialPort(sheet) {
  const unused = Object.entries(UNUSED);
  block(sheet, {
    x: 40,
    y: 300,
    width: 90,
    height: 370,
    part: 'J100',
    rows: [
      { side: 'right', at: 330, pin: 2, name: 'TXD' },
      ...unused.map(([pin, name], i) => open({ side: 'right', at: 370 + 30 * i, pin, name })),
      { side: 'right', at: 560, pin: 3, name: 'RXD' },
      { side: 'right', at: 640, pin: 5, name: 'GND' },
    ],
  });
  sheet.text(40, 252, 'J100', 'ref');
  sheet.text(40, 270, 'D-SUB 9, female', 'value');
  sheet.text(40, 288, 'to the PC', 'note');
  sheet.wire([160, 640], [190, 640], [190, 660]);
  ground(sheet, 190, 660);
}

/** PD1 to the PC: Q100 connects VCC for a space, R104 the stored negative voltage for a mark. */
function transmitter(sheet) {
  supply(sheet, 440, 160);
  transistor(sheet, 460, 240, 'pnp', 'right', 'Q100', 'BC857C');
  sheet.wire([440, 160], [440, 200]);
  sheet.wire([160, 330], [440, 330], [440, 280]);
  sheet.label('TXD line', 170, 330);
  sheet.text(190, 284, 'space: VCC − 0.2 V through Q100', 'note');
  sheet.text(190, 302, 'mark: −V through R104', 'note');

  supply(sheet, 530, 140);
  resistor(sheet, 530, 190, 'down', 'R100', '4k7');
  sheet.wire([530, 140], [530, 150]);
  sheet.wire([500, 240], [530, 240]);
  sheet.wire([530, 230], [530, 240], [560, 240]);
  resistor(sheet, 600, 240, 'across', 'R101', '4k7');
  sheet.wire([640, 240], [830, 240]);
  sheet.label('TXD', 720, 240);
}

/** The negative supply: D100 charges C100 from the PC's idle line. */
function reservoir(sheet) {
  resistor(sheet, 250, 390, 'down', 'R104', '4k7');
  sheet.wire([250, 330], [250, 350]);
  sheet.wire([250, 430], [250, 450], [340, 450]);
  sheet.label('−V', 280, 450);
  diode(sheet, 250, 500, 'down', 'D100', 'BAS16', 'left');
  sheet.wire([250, 450], [250, 460]);
  sheet.wire([250, 540], [250, 560]);
  capacitor(sheet, 340, 490, 'C100', ['1 µF 20 V', 'tantalum'], { plus: 'bottom' });
  ground(sheet, 340, 530);
}

/** From the PC to PD0: Q101 inverts, D101 keeps the negative voltage away from its base. */
function receiver(sheet) {
  sheet.wire([160, 560], [370, 560]);
  sheet.label('RXD line', 170, 560);
  resistor(sheet, 410, 560, 'across', 'R105', '4k7');
  sheet.wire([450, 560], [490, 560]);
  diode(sheet, 470, 610, 'up', 'D101', 'BAS16', 'left');
  sheet.wire([470, 560], [470, 570]);
  ground(sheet, 470, 650);
  transistor(sheet, 530, 560, 'npn', 'left', 'Q101', 'BC847C');
  sheet.wire([550, 600], [550, 650]);
  ground(sheet, 550, 650);
  resistor(sheet, 550, 430, 'down', 'R102', '4k7');
  supply(sheet, 550, 380);
  sheet.wire([550, 380], [550, 390]);
  sheet.wire([550, 470], [550, 520]);
  sheet.wire([550, 490], [620, 490], [620, 280], [830, 280]);
  sheet.label('RXD', 720, 280);
}

/** U100 and its reset. */
function microcontroller(sheet) {
  const left = (at, pin, name) => ({ side: 'left', at, pin, name });
  const right = (at, pin, name) => ({ side: 'right', at, pin, name });
  block(sheet, {
    x: 860,
    y: 150,
    width: 190,
    height: 540,
    part: 'U100',
    rows: [
      left(190, 1, '~RESET'),
      left(240, 3, 'PD1'),
      left(280, 2, 'PD0'),
      left(540, 4, 'XTAL2'),
      left(620, 5, 'XTAL1'),
      right(190, 19, 'PB7'),
      right(220, 18, 'PB6'),
      right(250, 17, 'PB5'),
      right(280, 16, 'PB4'),
      ...[3, 2, 1, 0].map((bit, i) => open(right(350 + 30 * i, 12 + bit, `PB${bit}`))),
      open(right(510, 11, 'PD6')),
      ...[5, 4, 3, 2].map((bit, i) => open(right(540 + 30 * i, 4 + bit, `PD${bit}`))),
      { side: 'top', at: 950, pin: 20, name: 'VCC' },
      { side: 'bottom', at: 950, pin: 10, name: 'GND' },
    ],
  });
  sheet.text(935, 400, 'U100', 'ref', 'middle');
  sheet.text(935, 420, 'AT90S1200-4SC', 'value', 'middle');
  sheet.text(935, 438, 'SOIC 20', 'note', 'middle');
  supply(sheet, 950, 120);
  ground(sheet, 950, 720);

  supply(sheet, 780, 90);
  resistor(sheet, 780, 140, 'down', 'R103', '4k7', { side: 'left' });
  sheet.wire([780, 90], [780, 100]);
  sheet.wire([780, 180], [780, 190], [830, 190]);
}

/** The clock, 4 MHz; the pads of R106 stay empty. */
function clock(sheet) {
  resonator(sheet, 730, 580, 'XC100', '4.0 MHz 0.5 %');
  resistor(sheet, 800, 580, 'down', 'R106', ['1M0', 'not fitted'], { absent: true, side: 'below' });
  sheet.wire([770, 540], [830, 540]);
  sheet.wire([770, 620], [830, 620]);
  ground(sheet, 665, 660);
}

/** C101 sits at U100's supply pins. */
function decoupling(sheet) {
  supply(sheet, 1180, 560);
  capacitor(sheet, 1180, 600, 'C101', ['100 nF 50 V', 'at U100']);
  ground(sheet, 1180, 640);
}

/** The lines of JCABLE, in the order in which U100 has them: y, contact, name. */
const ISP_LINES = [
  [190, 3, 'SCK'],
  [220, 4, 'MOSI'],
  [250, 1, 'MISO'],
  [280, 5, '~RESET'],
];

/** JCABLE, the lead to the target. Its VCC supplies the programmer. */
function ispConnector(sheet) {
  block(sheet, {
    x: 1220,
    y: 150,
    width: 90,
    height: 250,
    part: 'JCABLE',
    rows: [
      ...ISP_LINES.map(([at, pin, name]) => ({ side: 'left', at, pin, name })),
      { side: 'left', at: 340, pin: 2, name: 'VCC' },
      { side: 'left', at: 370, pin: 6, name: 'GND' },
    ],
  });
  for (const [at, , name] of ISP_LINES) {
    sheet.wire([1080, at], [1190, at]);
    sheet.label(name, 1105, at);
  }
  sheet.wire([1190, 340], [1150, 340]);
  supply(sheet, 1150, 340);
  sheet.wire([1190, 370], [1150, 370], [1150, 380]);
  ground(sheet, 1150, 380);
  sheet.text(1220, 104, 'JCABLE', 'ref');
  sheet.text(1220, 122, '2×3 contacts', 'value');
  sheet.text(1220, 140, 'to the target', 'note');
}

/** J100 as the PC sees it: two rows, 1 at the upper right. */
function serialFace(sheet) {
  const [x, y] = [40, 775];
  const upper = [5, 4, 3, 2, 1].map((pin, i) => ({ at: [x + 27 + 34 * i, y + 28], pin }));
  const lower = [9, 8, 7, 6].map((pin, i) => ({ at: [x + 44 + 34 * i, y + 62], pin }));
  const outline = `M${x + 10} ${y}H${x + 180}q10 0 8 10l-10 58q-2 10 -12 10H${x + 24}q-10 0 -12 -10l-10 -58q-2 -10 8 -10Z`;
  face(sheet, { x, y, title: 'J100, seen from the PC', outline, contacts: [...upper, ...lower] });
}

/** JCABLE's layout on the target's board, from above. */
function ispFace(sheet) {
  const [x, y] = [1100, 775];
  const contact = (column, row, pin, text) => ({
    at: [x + 75 + 34 * column, y + 18 + 24 * row],
    square: pin === 1,
    name: {
      text: `${pin} ${text}`,
      x: x + (column ? 75 + 34 + 20 : 75 - 20),
      y: y + 23 + 24 * row,
      anchor: column ? 'start' : 'end',
    },
  });
  const contacts = [
    contact(0, 0, 1, 'MISO'),
    contact(1, 0, 2, 'VCC'),
    contact(0, 1, 3, 'SCK'),
    contact(1, 1, 4, 'MOSI'),
    contact(0, 2, 5, '~RESET'),
    contact(1, 2, 6, 'GND'),
  ];
  const outline = `M${x + 59} ${y + 2}h66v80h-66Z`;
  face(sheet, { x, y, title: 'Header on the target, from above', outline, contacts });
}

function heading(sheet) {
  sheet.text(40, 60, 'AVR910 in-system programmer', 'title');
  sheet.text(40, 84, 'Redrawn from the parts list and the text of the application note.', 'note');
  sheet.text(40, 104, 'Which of R100 to R105 is which is our derivation.', 'note');
}

/** The whole sheet. */
export function draw() {
  const sheet = new Sheet(1350, 880);
  heading(sheet);
  serialPort(sheet);
  transmitter(sheet);
  reservoir(sheet);
  receiver(sheet);
  microcontroller(sheet);
  clock(sheet);
  decoupling(sheet);
  ispConnector(sheet);
  serialFace(sheet);
  ispFace(sheet);
  return sheet;
}

const TITLE = 'In-system programmer after application note AVR910';

/** The file's text. */
export function schematic() {
  return draw().svg(TITLE, 'An AT90S1200 between a PC serial port and a 2×3 ISP header.');
}

function printNets() {
  for (const [net, pins] of Object.entries(draw().nets())) console.log(`${net.padEnd(10)} ${pins.join(' ')}`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  if (process.argv.includes('--nets')) printNets();
  else if (process.argv.includes('--print')) process.stdout.write(schematic());
  else writeFileSync(new URL('../schematic.svg', import.meta.url), schematic());
}
