/**
 * Expressions of the assembler: whole numbers, names, the operators of C with
 * their precedence, low() and high().
 */

/** Gives the value of a name, or undefined when there is none. */
export type Lookup = (name: string) => number | undefined;

type Binary = (a: number, b: number) => number;

/** Operators by precedence, the loosest first. */
const levels: readonly Readonly<Record<string, Binary>>[] = [
  { '|': (a, b) => a | b },
  { '^': (a, b) => a ^ b },
  { '&': (a, b) => a & b },
  { '<<': (a, b) => a << b, '>>': (a, b) => a >> b },
  { '+': (a, b) => a + b, '-': (a, b) => a - b },
  { '*': (a, b) => a * b, '/': (a, b) => Math.trunc(a / b), '%': (a, b) => a % b },
];

const unary: Readonly<Record<string, (a: number) => number>> = { '-': a => -a, '~': a => ~a };

const functions: Readonly<Record<string, (a: number) => number>> = {
  low: a => a & 0xff,
  high: a => (a >> 8) & 0xff,
};

const token = /\s*(0x[\da-f]+|\$[\da-f]+|0b[01]+|\d+|'.'|[a-z_.][\w.]*|<<|>>|[-+*/%&|^~()])/iy;

/**
 * The value of an expression.
 *
 * @throws SyntaxError with the reason, without a place
 */
export function evaluate(text: string, lookup: Lookup): number {
  const tokens = tokenize(text);
  let next = 0;

  const take = (): string => tokens[next++] ?? fail(`'${text}' ends too early`);
  const expect = (wanted: string) => {
    if (tokens[next++] !== wanted) fail(`'${text}' lacks a '${wanted}'`);
  };

  function binary(level: number): number {
    if (level === levels.length) return primary();
    let value = binary(level + 1);
    for (let operator = levels[level][tokens[next]]; operator; operator = levels[level][tokens[next]]) {
      next++;
      value = operator(value, binary(level + 1));
    }
    return value;
  }

  function primary(): number {
    const word = take();
    if (word === '(') return parenthesised();
    if (word in unary) return unary[word](primary());
    if (tokens[next] !== '(') return atom(word, lookup);
    next++;
    return functionNamed(word)(parenthesised());
  }

  function parenthesised(): number {
    const value = binary(0);
    expect(')');
    return value;
  }

  const value = binary(0);
  return next === tokens.length ? value : fail(`'${tokens[next]}' is out of place in '${text}'`);
}

function tokenize(text: string): string[] {
  const tokens: string[] = [];
  for (token.lastIndex = 0; token.lastIndex < text.trimEnd().length; ) {
    const at = token.lastIndex;
    const match = token.exec(text);
    tokens.push(match ? match[1] : fail(`cannot read '${text.slice(at).trim()}'`));
  }
  return tokens;
}

function atom(word: string, lookup: Lookup): number {
  if (word.startsWith('$')) return Number.parseInt(word.slice(1), 16);
  if (word.startsWith("'")) return word.charCodeAt(1);
  if (/^\d/.test(word)) return Number(word);
  return lookup(word) ?? fail(`'${word}' is not defined`);
}

function functionNamed(name: string): (a: number) => number {
  return functions[name.toLowerCase()] ?? fail(`there is no function '${name}'`);
}

function fail(reason: string): never {
  throw new SyntaxError(reason);
}
