import { defineConfig } from "vitest/config";

const EXCLUDED = ["**/node_modules/**", "**/.next/**", "**/.data/**", "**/.cache/**", "e2e/**"];
const DATABASE = "**/*.db.test.{ts,tsx}";
const ENDPOINT = "**/*.endpoint.test.{ts,tsx}";
/** Long ones with processes of their own: races, kill -9, a full disk, a clock that jumps. A part of `npm run test:full`. */
const FAULTS = "**/*.faults.test.ts";
const globalSetup = ["./server/dev/test-database.global.ts"];
const setupFiles = ["./server/dev/drop-test-databases.setup.ts"];
/** What is only true in the end is asked for as long as a busy machine may take; a bound that a test is about stands in it. */
const POLL = { poll: { timeout: 10_000 } };

export default defineConfig({
  test: {
    // one more than this machine has cores: a third of the time tests wait, for a process, a timer or a disk
    maxWorkers: 3,
    projects: [
      {
        test: {
          name: "unit",
          expect: POLL,
          include: ["**/*.test.{ts,tsx}"],
          exclude: [...EXCLUDED, DATABASE, ENDPOINT, FAULTS],
          testTimeout: 20_000,
        },
      },
      {
        test: {
          name: "database",
          expect: POLL,
          include: [DATABASE],
          exclude: EXCLUDED,
          globalSetup,
          setupFiles,
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: "endpoint",
          expect: POLL,
          include: [ENDPOINT],
          exclude: EXCLUDED,
          globalSetup,
          setupFiles,
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: "faults",
          expect: POLL,
          include: [FAULTS],
          exclude: EXCLUDED,
          globalSetup,
          fileParallelism: false,
          testTimeout: 300_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
