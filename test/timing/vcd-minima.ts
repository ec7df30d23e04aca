/** Another hand's measurement: the shortest SCK levels while RESET is low, straight from the text of a VCD file. */

export function minimaOf(vcd: string): { high: number; low: number; setUp: number; hold: number } {
  const ids = new Map([...vcd.matchAll(/\$var wire 1 (\S+) (\S+) \$end/g)].map(([, id, name]) => [id, name]));
  const level: Record<string, string> = {};
  const least = { high: Infinity, low: Infinity, setUp: Infinity, hold: Infinity };
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
    if (name === 'RESET') [sck, rise, mosi] = [undefined, undefined, undefined];
    if (level.RESET !== '0' || !'01'.includes(was) || !'01'.includes(is)) continue;
    if (name === 'MOSI') {
      if (rise !== undefined && mosi === undefined) least.hold = Math.min(least.hold, now - rise);
      mosi = now;
    }
    if (name !== 'SCK') continue;
    if (sck !== undefined)
      least[is === '0' ? 'high' : 'low'] = Math.min(least[is === '0' ? 'high' : 'low'], now - sck);
    sck = now;
    if (is === '1') {
      if (mosi !== undefined) least.setUp = Math.min(least.setUp, now - mosi);
      [rise, mosi] = [now, undefined];
    }
  }
  return least;
}
