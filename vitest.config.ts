import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    // the default leaves one core idle, which is half of a small machine
    maxWorkers: availableParallelism(),
    testTimeout: 60_000,
    hookTimeout: 120_000,
    projects: [
      {
        extends: true,
        test: { name: 'all', include: ['test/**/*.test.ts'], exclude: ['test/vm-host/translated.test.ts'] },
      },
      // what is said of the machine holds for both engines
      {
        extends: true,
        test: {
          name: 'translated',
          include: ['test/vm-host/**/*.test.ts'],
          setupFiles: ['test/vm-host/translated.ts'],
        },
      },
    ],
  },
});
