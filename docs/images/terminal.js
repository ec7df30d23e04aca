/** A terminal window as SVG. Dark on any page, as terminals are. */

const LINE = 19;
const CHARACTER = 8.43;
const MARGIN = 18;
const HEAD = 34;

const escapeText = text => text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');

/** @param lines what the terminal shows; a line that begins with `$ ` was typed */
export function terminal(lines) {
  const columns = Math.max(...lines.map(line => line.length));
  const width = Math.ceil(columns * CHARACTER + 2 * MARGIN);
  const height = HEAD + lines.length * LINE + MARGIN;
  const text = lines.map((line, i) => {
    const style = line.startsWith('$ ') ? 'typed' : 'said';
    return `<text class="${style}" x="${MARGIN}" y="${HEAD + 14 + i * LINE}" xml:space="preserve">${escapeText(line)}</text>`;
  });
  const buttons = [0, 1, 2].map(i => `<circle class="button" cx="${MARGIN + 4 + 18 * i}" cy="17" r="5"/>`);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img">`,
    '<title>A terminal: avrdude programs the simulated AT90S1200</title>',
    `<style>${STYLE}</style>`,
    `<rect class="window" x="0.5" y="0.5" width="${width - 1}" height="${height - 1}" rx="8"/>`,
    ...buttons,
    ...text,
    '</svg>',
    '',
  ].join('\n');
}

const STYLE = `
.window { fill: #171a1f; stroke: #3a404a }
.button { fill: #3a404a }
text { font: 14px 'DejaVu Sans Mono', Menlo, Consolas, 'Liberation Mono', monospace; fill: #cfd4db }
.typed { fill: #8fd0a5; font-weight: bold }
`;
