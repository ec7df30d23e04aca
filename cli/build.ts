/** `isp build`: source to Intel HEX, listing and map. */
import { AT90S1200 } from '../vm-host/index.ts';
import { write } from './files.ts';
import { compileFirmware, type FirmwareOptions } from './firmware.ts';
import type { Outcome } from './outcome.ts';

interface BuildOptions extends FirmwareOptions {
  output: string;
}

/**
 * Compiles a firmware and writes what came of it.
 * @throws UsageError when a file cannot be read or written, JobError when the program is refused
 */
export async function build(entry: string | undefined, options: BuildOptions): Promise<Outcome> {
  const { output } = options;
  const image = await compileFirmware(entry, options);
  const stem = output.replace(/\.hex$/i, '');
  write(output, image.toHex());
  write(`${stem}.lst`, image.toListing());
  write(`${stem}.map.json`, `${JSON.stringify(image.toMap())}\n`);
  const { flashWords, stackLevels } = AT90S1200;
  return {
    ok: true,
    text: [
      `${image.words.length} of ${flashWords} words, ${image.stackLevels} of ${stackLevels} stack levels`,
      `wrote ${output}, ${stem}.lst, ${stem}.map.json`,
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
