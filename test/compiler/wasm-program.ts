/**
 * Small WebAssembly programs as trees, for tests: written as bytes and as text.
 * A tree is easy to make at random and easy to cut smaller when it fails.
 */

import { OPCODES } from '../../compiler/wasm.ts';

/** One instruction with its operands; blocks carry a label that branches name. */
export interface Tree {
  op: string;
  /** Whether it leaves a value. */
  value: boolean;
  /** Constant, index, I/O address and bit, labels of a br_table. */
  imm: number[];
  args: Tree[];
  /** block and loop: the body; if: then and else. */
  bodies: Tree[][];
}

export interface TestFunction {
  name: string;
  params: number;
  result: boolean;
  /** Locals behind the parameters, all i32. */
  locals: number;
  body: Tree[];
  exported?: string;
}

export interface TestModule {
  functions: TestFunction[];
  /** Initial values of mutable i32 globals. */
  globals: number[];
}

/** The imports of module "mcu", by name: parameters and whether there is a result. */
export const MCU: Readonly<Record<string, { params: number; result: boolean }>> = {
  in: { params: 1, result: true },
  out: { params: 2, result: false },
  sbi: { params: 2, result: false },
  cbi: { params: 2, result: false },
  bit: { params: 2, result: true },
  delay: { params: 1, result: false },
  nop: { params: 0, result: false },
  sleep: { params: 0, result: false },
  wdr: { params: 0, result: false },
  sei: { params: 0, result: false },
  cli: { params: 0, result: false },
  timed_begin: { params: 0, result: false },
  timed_end: { params: 1, result: false },
};
const IMPORTS = Object.keys(MCU);

const OPCODE_OF = new Map(Object.entries(OPCODES).map(([code, { name }]) => [name, Number(code)]));

/** Makes a tree; `value` is told for what the opcode alone does not tell. */
export function tree(op: string, imm: number[] = [], args: Tree[] = [], value = true): Tree {
  return { op, value, imm, args, bodies: [] };
}

export const constantTree = (value: number): Tree => tree('i32.const', [value | 0]);

// --- bytes ----------------------------------------------------------------------

function unsigned(value: number): number[] {
  const bytes: number[] = [];
  let rest = value >>> 0;
  do {
    bytes.push((rest & 0x7f) | (rest > 0x7f ? 0x80 : 0));
    rest >>>= 7;
  } while (rest !== 0);
  return bytes;
}

function signed(value: number): number[] {
  const bytes: number[] = [];
  let rest = value | 0;
  for (;;) {
    const low = rest & 0x7f;
    rest >>= 7;
    const done = rest === (low & 0x40 ? -1 : 0);
    bytes.push(done ? low : low | 0x80);
    if (done) return bytes;
  }
}

const vector = (items: number[][]): number[] => [...unsigned(items.length), ...items.flat()];
const section = (id: number, content: number[]): number[] => [id, ...unsigned(content.length), ...content];
const text = (name: string): number[] => {
  const bytes = [...new TextEncoder().encode(name)];
  return [...unsigned(bytes.length), ...bytes];
};

const I32 = 0x7f;
const functionType = (params: number, result: boolean): number[] => [
  0x60,
  ...vector(Array.from({ length: params }, () => [I32])),
  ...vector(result ? [[I32]] : []),
];

/** The module in WebAssembly's binary format. */
export function encodeModule({ functions, globals }: TestModule): Uint8Array {
  const imports = IMPORTS.map(name => ({ name, ...MCU[name] }));
  const types = [...imports, ...functions].map(({ params, result }) => functionType(params, result));
  const exported = functions.flatMap((fn, i) =>
    fn.exported === undefined ? [] : [[...text(fn.exported), 0, ...unsigned(imports.length + i)]],
  );
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
    ...section(1, vector(types)),
    ...section(2, vector(imports.map(({ name }, i) => [...text('mcu'), ...text(name), 0, ...unsigned(i)]))),
    ...section(3, vector(functions.map((_, i) => unsigned(imports.length + i)))),
    ...section(6, vector(globals.map(value => [I32, 1, 0x41, ...signed(value), 0x0b]))),
    ...section(7, vector(exported)),
    ...section(10, vector(functions.map(codeOf))),
    ...section(0, [...text('name'), ...nameSection(functions)]),
  ]);
}

function nameSection(functions: TestFunction[]): number[] {
  const names = functions.map(({ name }, i) => [...unsigned(IMPORTS.length + i), ...text(name)]);
  const content = vector(names);
  return [1, ...unsigned(content.length), ...content];
}

function codeOf({ locals, body }: TestFunction): number[] {
  const code: number[] = [];
  emitAll(body, code, []);
  const content = [...vector([[...unsigned(locals), I32]]), ...code, 0x0b];
  return [...unsigned(content.length), ...content];
}

function emitAll(body: Tree[], code: number[], labels: number[]): void {
  for (const part of body) emit(part, code, labels);
}

/** A label is a number; its depth is how many blocks were opened after it. */
function depthOf(label: number, labels: number[]): number {
  const index = labels.lastIndexOf(label);
  if (index < 0) throw new RangeError(`no block has label ${label}`);
  return labels.length - 1 - index;
}

const BLOCKS: ReadonlySet<string> = new Set(['block', 'loop', 'if']);

function emit(node: Tree, code: number[], labels: number[]): void {
  const { op, imm, args } = node;
  for (const arg of op.startsWith('mcu.') ? [] : args) emit(arg, code, labels);
  if (op.startsWith('mcu.')) emitImport(node, code, labels);
  else if (BLOCKS.has(op)) emitBlock(node, code, labels);
  else if (op === 'br' || op === 'br_if') code.push(OPCODE_OF.get(op)!, ...unsigned(depthOf(imm[0], labels)));
  else if (op === 'br_table') {
    const depths = imm.map(label => unsigned(depthOf(label, labels)));
    code.push(OPCODE_OF.get(op)!, ...vector(depths.slice(0, -1)), ...depths[depths.length - 1]);
  } else if (op === 'call') code.push(OPCODE_OF.get(op)!, ...unsigned(IMPORTS.length + imm[0]));
  else if (op === 'i32.const') code.push(OPCODE_OF.get(op)!, ...signed(imm[0]));
  else code.push(OPCODE_OF.get(op)!, ...imm.flatMap(unsigned));
}

function emitImport({ op, imm, args }: Tree, code: number[], labels: number[]): void {
  for (const value of imm) code.push(0x41, ...signed(value));
  for (const arg of args) emit(arg, code, labels);
  code.push(OPCODE_OF.get('call')!, ...unsigned(IMPORTS.indexOf(op.slice(4))));
}

function emitBlock({ op, imm, value, bodies }: Tree, code: number[], labels: number[]): void {
  code.push(OPCODE_OF.get(op)!, value ? I32 : 0x40);
  labels.push(imm[0]);
  emitAll(bodies[0], code, labels);
  if (op === 'if' && (bodies[1].length > 0 || value)) {
    code.push(OPCODE_OF.get('else')!);
    emitAll(bodies[1], code, labels);
  }
  labels.pop();
  code.push(OPCODE_OF.get('end')!);
}

// --- text -----------------------------------------------------------------------

/** The module in a form like WebAssembly's text format, for a person who looks for a bug. */
export function printModule({ functions, globals }: TestModule): string {
  const lines = globals.map((value, i) => `(global $g${i} (mut i32) (i32.const ${value}))`);
  functions.forEach((fn, i) => {
    const head = [`func $f${i} ;; ${fn.name}`, `${fn.params} params, ${fn.locals} locals`];
    lines.push(`(${head.join(', ')}${fn.result ? ', result' : ''}${fn.exported ? ', exported' : ''}`);
    for (const part of fn.body) lines.push(...printTree(part, 1));
    lines.push(')');
  });
  return lines.join('\n');
}

function printTree(node: Tree, level: number): string[] {
  const indent = '  '.repeat(level);
  const whole = inline(node);
  if (node.bodies.length === 0) return [`${indent}${whole}`];
  const lines = [`${indent}(${headOf(node)}${node.args.map(arg => ` ${inline(arg)}`).join('')}`];
  node.bodies.forEach((body, i) => {
    if (i === 1 && body.length > 0) lines.push(`${indent} else`);
    for (const part of body) lines.push(...printTree(part, level + 1));
  });
  return [...lines, `${indent})`];
}

function headOf({ op, imm, value, bodies }: Tree): string {
  if (bodies.length > 0) return `${op} $L${imm[0]}${value ? ' (result i32)' : ''}`;
  if (op.startsWith('br')) return `${op} ${imm.map(label => `$L${label}`).join(' ')}`;
  return [op, ...imm].join(' ');
}

function inline(node: Tree): string {
  const parts = [headOf(node), ...node.args.map(inline)];
  for (const body of node.bodies) parts.push(`{${body.map(inline).join(' ')}}`);
  return `(${parts.join(' ')})`;
}
