import { defineConfig } from 'vitest/config';

// compiling the firmware takes a second or two
export default defineConfig({ test: { hookTimeout: 60_000, testTimeout: 60_000 } });
