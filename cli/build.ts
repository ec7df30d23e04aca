/** `isp build`: source to Intel HEX, listing and map. */
import { chips } from '../vm-host/index.ts';
import { UsageError } from './errors.ts';
import { explainFunction, timedRegions } from './explain.ts';
import { write } from './files.ts';
import { compileFirmware, type FirmwareOptions } from './firmware.ts';
import type { Outcome } from './outcome.ts';

interface BuildOptions extends FirmwareOptions {
  /** Name of a chip in `chips`. */
  mcu: string;
  /** Slowest clock of a target in Hz. */
  targetXtal: number;
  output: string;
  /** Name of a function whose words are to be explained. */
  explain?: string;
}

/**
 * Compiles a firmware and writes what came of it.
 * @throws UsageError when a file cannot be read or written or the chip cannot run so fast, JobError when the
 *   program is refused
 */
export async function build(entry: string | undefined, options: BuildOptions): Promise<Outcome> {
  const { output, xtal } = options;
  const chip = chips[options.mcu];
  if (xtal > chip.highestXtal)
    throw new UsageError(`--xtal ${xtal}: the ${chip.name} runs at up to ${chip.highestXtal} Hz`);
  const image = await compileFirmware(entry, { ...options, chip, buildTargetXtal: options.targetXtal });
  const explained = options.explain ? explainFunction(image, options.explain) : [];
  const stem = output.replace(/\.hex$/i, '');
  write(output, image.toHex());
  write(`${stem}.lst`, image.toListing());
  write(`${stem}.map.json`, `${JSON.stringify(image.toMap())}\n`);
  const { flashWords, stackLevels } = chip;
  return {
    ok: true,
    text: [
      `${image.words.length} of ${flashWords} words, ${image.stackLevels} of ${stackLevels} stack levels`,
      `wrote ${output}, ${stem}.lst, ${stem}.map.json`,
      ...timedRegions(image),
      ...explained,
    ],
    json: {
      words: image.words.length,
      wordsAvailable: flashWords,
      stackLevels: image.stackLevels,
      stackLevelsAvailable: stackLevels,
      hex: output,
      listing: `${stem}.lst`,
      map: `${stem}.map.json`,
    },
  };
}
