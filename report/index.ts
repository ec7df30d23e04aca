/** Timing reports for people: text, waveforms in a terminal, and one HTML page. */

export type { ReportInput } from './data.ts';
export * from './format.ts';
export { htmlReport } from './html.ts';
export { axisValue, htmlSweep, type SweepCell, type SweepTable, sweepText } from './sweep.ts';
export { complaints, table, tightest, verdict, where } from './text.ts';
export { type WaveformOptions, waveform } from './waveform.ts';
