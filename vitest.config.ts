import { defineConfig } from "vitest/config";

const EXCLUDED = ["**/node_modules/**", "**/.next/**", "**/.data/**", "**/.cache/**", "e2e/**"];
const DATABASE = "**/*.db.test.{ts,tsx}";
const ENDPOINT = "**/*.endpoint.test.{ts,tsx}";
const globalSetup = ["./server/dev/test-database.global.ts"];

export default defineConfig({
  test: {
    maxWorkers: 2,
    projects: [
      {
        test: {
          name: "unit",
          include: ["**/*.test.{ts,tsx}"],
          exclude: [...EXCLUDED, DATABASE, ENDPOINT],
          testTimeout: 20_000,
        },
      },
      {
        test: {
          name: "database",
          include: [DATABASE],
          exclude: EXCLUDED,
          globalSetup,
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: "endpoint",
          include: [ENDPOINT],
          exclude: EXCLUDED,
          globalSetup,
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
});
