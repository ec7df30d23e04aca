/** Files in and out, with errors that name the file. */
import { closeSync, mkdirSync, openSync, readFileSync, writeFileSync, writeSync } from 'node:fs';
import { dirname, extname } from 'node:path';
import { HexError, parseHex } from '../compiler/index.ts';
import { JobError, UsageError } from './errors.ts';

/** No image, session or source of ours comes near; a mistaken file name (a disk image, /dev/zero) does. */
const LARGEST_BYTES = 64 * 1024 * 1024;

/** What Node's error codes mean to a person. */
const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EACCES: 'permission denied',
  EISDIR: 'that is a folder',
  ENOTDIR: 'a part of the path is not a folder',
  EEXIST: 'a part of the path is not a folder',
  ENOSPC: 'the disk is full',
};

function reason(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return REASONS[code ?? ''] ?? message;
}

/** @throws UsageError when it cannot be read */
export function readBytes(path: string): Uint8Array {
  try {
    const bytes = readFileSync(path);
    if (bytes.length <= LARGEST_BYTES) return new Uint8Array(bytes);
  } catch (error) {
    throw new UsageError(`cannot read ${path}: ${reason(error)}`);
  }
  throw new UsageError(`cannot read ${path}: it is larger than ${LARGEST_BYTES} bytes`);
}

/** @throws UsageError when it cannot be read */
export function readText(path: string): string {
  return Buffer.from(readBytes(path)).toString('utf8');
}

/**
 * Writes a file and the folders above it.
 * @throws UsageError when it cannot be written
 */
export function write(path: string, content: string | Uint8Array): void {
  try {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
  } catch (error) {
    throw new UsageError(`cannot write ${path}: ${reason(error)}`);
  }
}

/** A file that a job will write; opened at once, so that a wrong name is told before the work. */
export class OutputFile {
  private readonly handle: number;

  /** @throws UsageError when it cannot be written */
  constructor(private readonly path: string) {
    try {
      mkdirSync(dirname(path), { recursive: true });
      this.handle = openSync(path, 'w');
    } catch (error) {
      throw new UsageError(`cannot write ${path}: ${reason(error)}`);
    }
  }

  /** @throws JobError when the disk does not take it */
  write(content: string | Uint8Array): void {
    try {
      // a string and bytes are two signatures of writeSync
      if (typeof content === 'string') writeSync(this.handle, content);
      else writeSync(this.handle, content);
    } catch (error) {
      throw new JobError(`cannot go on writing ${this.path}: ${reason(error)}`);
    }
  }

  close(): void {
    closeSync(this.handle);
  }
}

/** The file of an option, if the option is given. */
export function outputFile(path: string | undefined): OutputFile | undefined {
  return path === undefined ? undefined : new OutputFile(path);
}

/**
 * An image for a memory of `size` bytes: Intel HEX, or raw bytes when the name ends in .bin.
 * @throws UsageError with the file, and for HEX the line
 */
export function readImage(path: string, size: number): Uint8Array {
  const bytes = extname(path).toLowerCase() === '.bin' ? readBytes(path) : readHex(path, size);
  if (bytes.length === 0) throw new UsageError(`${path} holds no bytes`);
  if (bytes.length > size)
    throw new UsageError(
      `${path} has ${bytes.length} bytes; the memory holds ${size}: ${bytes.length - size} too many`,
    );
  return bytes;
}

function readHex(path: string, size: number): Uint8Array {
  const text = readText(path);
  try {
    return parseHex(text, size).bytes;
  } catch (error) {
    throw error instanceof HexError ? new UsageError(`${path}: ${error.message}`) : error;
  }
}
