/** Another hand's measurement: the shortest intervals on RESET, SCK and MOSI, straight from the text of a VCD file. */

export interface Minima {
  /** SCK while RESET is low. */
  high: number;
  low: number;
  /** MOSI before and after SCK rises. */
  setUp: number;
  hold: number;
  /** RESET low before SCK first rises, and high between two times of programming. */
  resetToSck: number;
  resetHigh: number;
}

export function minimaOf(vcd: string): Minima {
  const ids = new Map([...vcd.matchAll(/\$var wire 1 (\S+) (\S+) \$end/g)].map(([, id, name]) => [id, name]));
  const level: Record<string, string> = {};
  const least: Minima = {
    ...{ high: Infinity, low: Infinity, setUp: Infinity, hold: Infinity },
    ...{ resetToSck: Infinity, resetHigh: Infinity },
  };
  let reset: { rise?: number; fall?: number } = {};
  let now = 0;
  let sck: number | undefined;
  let rise: number | undefined;
  let mosi: number | undefined;
  for (const line of vcd.slice(vcd.indexOf('$dumpvars')).split('\n')) {
    if (line.startsWith('#')) now = Number(line.slice(1));
    if (!/^[01xz]\S+$/.test(line)) continue;
    const name = ids.get(line.slice(1))!;
    const [was, is] = [level[name], line[0]];
    level[name] = is;
    if (name === 'RESET') {
      [sck, rise, mosi] = [undefined, undefined, undefined];
      reset = is === '0' ? { rise: reset.rise, fall: now } : { rise: now };
    }
    if (level.RESET !== '0' || !'01'.includes(was) || !'01'.includes(is)) continue;
    if (name === 'MOSI') {
      if (rise !== undefined && mosi === undefined) least.hold = Math.min(least.hold, now - rise);
      mosi = now;
    }
    if (name !== 'SCK') continue;
    if (sck !== undefined)
      least[is === '0' ? 'high' : 'low'] = Math.min(least[is === '0' ? 'high' : 'low'], now - sck);
    sck = now;
    if (is === '1' && reset.fall !== undefined) {
      least.resetToSck = Math.min(least.resetToSck, now - reset.fall);
      if (reset.rise !== undefined) least.resetHigh = Math.min(least.resetHigh, reset.fall - reset.rise);
      reset = {};
    }
    if (is === '1') {
      if (mosi !== undefined) least.setUp = Math.min(least.setUp, now - mosi);
      [rise, mosi] = [now, undefined];
    }
  }
  return least;
}
