/** The pages' blocks of output: a code block that begins with one of these commands shows what it prints. */
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';

/** How a block's command is run in this checkout: prompt, script, arguments that come first. */
const COMMANDS = {
  'npx isp': 'dist/isp.js',
  'npm run bench --': 'scripts/bench.js',
};
const BLOCK = /(```text\n\$ (npx isp|npm run bench --) ([^\n]*)\n)([^`]*)(```)/g;

/** The blocks of a page: the command's script, its arguments, and what the page shows. */
export function blocksOf(text) {
  return [...text.matchAll(BLOCK)].map(([, , command, args, shown]) => {
    return { command, script: COMMANDS[command], args: args.split(' '), shown };
  });
}

/** Runs every block's command and writes what it prints into the page. */
export function refresh(page, root) {
  const text = readFileSync(page, 'utf8');
  const print = (script, args) =>
    spawnSync(process.execPath, [script, ...args.split(' ')], { cwd: root, encoding: 'utf8' }).stdout;
  writeFileSync(
    page,
    text.replace(BLOCK, (_, head, command, args, _shown, end) => {
      return head + print(COMMANDS[command], args).replace(/^\n/, '') + end;
    }),
  );
}
