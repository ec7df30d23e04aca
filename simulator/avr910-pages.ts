/**
 * Programming of any part: by bytes, or by pages where its flash has them.
 *
 * A host that writes byte by byte needs to know nothing of pages. `c` and `C` load the page buffer of such a part;
 * what is added here is the `m` that writes it, with the page's address before it, whenever the host goes on to
 * another page or to something else than writing flash.
 */

import {
  command,
  HostError,
  type ProgramOptions,
  type ProgramResult,
  program as write,
} from './avr910-host.ts';
import type { Exchange, Host, Reply } from './exchange.ts';

/** Erases, signs on, writes, verifies, locks and leaves: the whole job. It throws nothing and always tries to leave. */
export function program(image: Uint8Array, options: ProgramOptions = {}): Host<ProgramResult> {
  const { page } = options.device?.flash ?? {};
  const host = write(image, options);
  return page ? byPages(host, page) : host;
}

const letterOf = ({ send }: Exchange) => String.fromCharCode(send[0]);

/**
 * The same conversation on a part that writes `page` words at once.
 * A programmer that refuses `m` is told to the host as the failure of what it does next.
 */
export function* byPages<R>(host: Host<R>, page: number): Host<R> {
  const pages = new PageWriter(page);
  let step = host.next();
  while (!step.done) {
    const exchange = step.value;
    try {
      yield* pages.before(exchange);
    } catch (error) {
      if (!(error instanceof HostError)) throw error;
      step = host.throw(error);
      continue;
    }
    const reply: Reply = yield exchange;
    pages.after(exchange);
    step = host.next(reply);
  }
  return step.value;
}

/** Follows the address as the programmer counts it, and knows which page is loaded but not written. */
class PageWriter {
  private address = 0;
  private loaded: number | undefined;

  constructor(private readonly words: number) {}

  /** Writes the page that is loaded, if the next command leaves it. */
  *before(exchange: Exchange): Host<void> {
    const { loaded } = this;
    if (loaded === undefined || this.stays(exchange, loaded)) return;
    this.loaded = undefined;
    const back = this.address;
    yield* this.setAddress(loaded * this.words);
    yield* command('m');
    yield* this.setAddress(back);
  }

  after(exchange: Exchange): void {
    const [, ...data] = exchange.send;
    const letter = letterOf(exchange);
    if (letter === 'A') this.address = data[0] * 256 + data[1];
    if (letter === 'c' || letter === 'C') this.loaded = this.pageOf(this.address);
    if ('CRDd'.includes(letter)) this.address++;
  }

  private stays(exchange: Exchange, loaded: number): boolean {
    const letter = letterOf(exchange);
    if (letter === 'A') return true;
    return (letter === 'c' || letter === 'C') && this.pageOf(this.address) === loaded;
  }

  private pageOf(word: number): number {
    return Math.floor(word / this.words);
  }

  private *setAddress(address: number): Host<void> {
    yield* command('A', address >> 8, address & 0xff);
    this.address = address;
  }
}
