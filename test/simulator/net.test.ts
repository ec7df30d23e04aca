import { beforeEach, describe, expect, it } from 'vitest';
import { type Drive, type Edge, Net } from '../../simulator/index.ts';

describe('a net', () => {
  let net: Net;
  const drive = (...drives: Drive[]) => {
    drives.forEach((drive, i) => {
      net.driver(`driver ${i}`).set(drive, i);
    });
    return net.level;
  };

  beforeEach(() => {
    net = new Net('SCK');
  });

  it.each<[Drive[], Net['level']]>([
    [[], 'z'],
    [['float'], 'z'],
    [['pull-up'], 1],
    [['pull-down'], 0],
    [['pull-up', 'pull-down'], 'x'],
    [['pull-up', 'low'], 0],
    [['high', 'pull-down'], 1],
    [['high', 'low'], 'x'],
    [['high', 'high'], 1],
    [['low', 'tied-high'], 1],
    [['high', 'low', 'tied-low'], 0],
  ])('with %j settles at %s', (drives, level) => {
    expect(drive(...drives)).toBe(level);
  });

  it('tells watchers each change of level, with driver, time and program counter', () => {
    const driver = net.driver('PB7');
    const edges: Omit<Edge, 'net'>[] = [];
    net.watch(({ net: _, ...edge }) => edges.push(edge));
    driver.set('high', 10, 0x2a);
    driver.set('pull-up', 11, 0x2b); // no change of level
    driver.set('float', 12);
    expect(edges).toEqual([
      { level: 1, was: 'z', time: 10, driver: 'PB7', pc: 0x2a },
      { level: 'z', was: 1, time: 12, driver: 'PB7', pc: undefined },
    ]);
  });

  it('has settled before anybody is told', () => {
    const seen: unknown[] = [];
    const driver = net.driver('PB7');
    net.watch(() => seen.push(net.level));
    driver.set('high', 1);
    driver.set('low', 2);
    expect(seen).toEqual([1, 0]);
  });

  it('keeps the charge of its last level for inputs when it floats', () => {
    const driver = net.driver('PB7');
    driver.set('high', 0);
    driver.set('float', 1);
    expect([net.level, net.bit]).toEqual(['z', 1]);
    driver.set('low', 2);
    driver.set('float', 3);
    expect([net.level, net.bit]).toEqual(['z', 0]);
  });

  it('forgets a watcher that took itself off, even while it is told', () => {
    const seen: string[] = [];
    const driver = net.driver('PB7');
    const off = net.watch(() => {
      seen.push('once');
      off();
    });
    net.watch(() => seen.push('always'));
    driver.set('high', 0);
    driver.set('low', 1);
    expect(seen).toEqual(['once', 'always', 'always']);
  });

  it('names both drivers when two strong ones begin to disagree, once', () => {
    const clashes: string[] = [];
    net.watchContention(({ high, low, time }) => clashes.push(`${time}: ${high} against ${low}`));
    const one = net.driver('programmer');
    const other = net.driver('target');
    one.set('high', 1);
    other.set('low', 2);
    other.set('tied-low', 3);
    one.set('low', 4);
    one.set('high', 5);
    expect(clashes).toEqual(['2: programmer against target', '5: programmer against target']);
  });

  it('reports the clash although a short decides the level', () => {
    const clashes: number[] = [];
    net.watchContention(({ time }) => clashes.push(time));
    expect(drive('high', 'tied-low')).toBe(0);
    expect(clashes).toEqual([1]);
  });

  it('shows changes of drive under a level that stays', () => {
    const changes: string[] = [];
    const driver = net.driver('MISO');
    net.watchDrives(({ was, drive }) => changes.push(`${was} to ${drive}`));
    driver.set('high', 0);
    driver.set('pull-up', 1);
    expect(changes).toEqual(['float to high', 'high to pull-up']);
  });

  it('comes back from a saved state without telling', () => {
    const driver = net.driver('PB7');
    driver.set('high', 0);
    const state = net.save();
    driver.set('low', 1);
    const edges: Edge[] = [];
    net.watch(edge => edges.push(edge));
    net.restore(state);
    expect([net.level, driver.drive, edges.length]).toEqual([1, 'high', 0]);
  });
});
