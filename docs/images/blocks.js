/** The pages' blocks of output: a code block that begins with `$ npx isp …` shows what that command prints. */
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';

const BLOCK = /(```text\n\$ npx isp ([^\n]*)\n)([^`]*)(```)/g;

/** Runs every block's command and writes what it prints into the page. */
export function refresh(page, isp) {
  const text = readFileSync(page, 'utf8');
  const print = args => spawnSync(process.execPath, [isp, ...args.split(' ')], { encoding: 'utf8' }).stdout;
  writeFileSync(
    page,
    text.replace(BLOCK, (_, head, args, _shown, end) => head + print(args) + end),
  );
}
