/** The compiler: WebAssembly in, the part's own instruction words out. */

export { type CompileOptions, compile, type PassName, passNames } from './compile.ts';
export { type Code, CompileError, type Place } from './diagnostic.ts';
export { BuildError, type BuildOptions, type BuiltFirmware, buildFirmware } from './firmware.ts';
export { formatHex, type HexContents, HexError, parseHex } from './hex.ts';
export { Image, type ImageFunction, type ImageMap, type ImageSaving, type Origin } from './image.ts';
export { type ExplainedLine, explain } from './listing.ts';
export { ruleNames } from './peephole.ts';
