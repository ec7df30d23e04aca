/** The image in the programmer's socket: built from source, or any HEX file. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { BuildError, buildFirmware, CompileError, type Image, type ImageMap } from '../compiler/index.ts';
import { AT90S1200, type Chip } from '../vm-host/index.ts';
import { JobError } from './errors.ts';
import { readBytes, readImage, readText } from './files.ts';

/** A program for the programmer's chip, from wherever it came. */
export interface Firmware {
  words: Uint16Array;
  /** Return addresses that it needs at most; undefined for an image without a map. */
  stackLevels: number | undefined;
  /** The source line of a word address, where that is known. */
  where(pc: number): string | undefined;
  /** Lines and functions of all words, where they are known. */
  readonly map: ImageMap | undefined;
}

/** What a build decides. */
export interface FirmwareOptions {
  xtal: number;
  baud: number;
  /** Lowest supply voltage of a target. */
  vcc: number;
  /** Slowest clock of a target that a build is for, in Hz; without it the firmware's own choice. */
  buildTargetXtal?: number;
  /** The programmer's chip; default AT90S1200, which is the one that the simulation knows. */
  chip?: Chip;
  /** Further constants for the source. */
  define?: Readonly<Record<string, number>>;
}

/** A firmware built for a job must suit targets down to this supply, unless the job's is lower still. */
const BUILD_VCC = 4;

/** The AVR910 programmer of this project; dist/ and cli/ lie at the same depth. */
const OUR_ENTRY = fileURLToPath(new URL('../firmware/main.ts', import.meta.url));

/** @throws UsageError when the HEX cannot be read, JobError when the build is refused */
export async function obtainFirmware(options: FirmwareOptions & { firmware?: string }): Promise<Firmware> {
  if (options.firmware) return fromHex(options.firmware);
  const image = await compileFirmware(undefined, { ...options, vcc: Math.min(options.vcc, BUILD_VCC) });
  return fromMap(image.words, image.toMap());
}

/**
 * Compiles a firmware, ours unless another entry file is given.
 * @throws UsageError when the entry cannot be read, JobError when the compiler refuses the program
 */
export async function compileFirmware(entry = OUR_ENTRY, options: FirmwareOptions): Promise<Image> {
  readBytes(entry);
  const { xtal, baud, vcc, buildTargetXtal, chip, define } = options;
  const given: Record<string, number> = { XTAL: xtal, BAUD: baud, VCC: Math.round(vcc * 1000) };
  if (buildTargetXtal) given.TARGET_XTAL = buildTargetXtal;
  try {
    return (await buildFirmware({ entry, defines: { ...given, ...define }, chip })).image;
  } catch (error) {
    const refused = error instanceof CompileError || error instanceof BuildError;
    throw refused ? new JobError(error.message) : error;
  }
}

/** Beside `x.hex`, `isp build` has written `x.map.json`: with it, a fault can name the line. */
function fromHex(path: string): Firmware {
  const bytes = readImage(path, AT90S1200.flashWords * 2);
  const words = Uint16Array.from(
    { length: Math.ceil(bytes.length / 2) },
    (_, i) => bytes[2 * i] | ((bytes[2 * i + 1] ?? 0xff) << 8),
  );
  return fromMap(words, readMap(path.replace(/\.hex$/i, '.map.json'), words.length));
}

/** A map of another size is that of another image. */
function readMap(path: string, words: number): ImageMap | undefined {
  if (!path.endsWith('.map.json') || !existsSync(path)) return undefined;
  try {
    const map = JSON.parse(readText(path)) as ImageMap;
    return map.words === words ? map : undefined;
  } catch {
    return undefined;
  }
}

function fromMap(words: Uint16Array, map: ImageMap | undefined): Firmware {
  const where = (pc: number) => {
    const [file, line] = map?.lines[pc] ?? [-1, -1];
    return map && file >= 0 ? `${map.files[file]}:${line}` : undefined;
  };
  return { words, stackLevels: map?.stackLevels, where, map };
}
