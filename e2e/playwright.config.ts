import { existsSync } from "node:fs";
import { chromium, defineConfig, devices } from "@playwright/test";
import { OWNER_STATE } from "./fixtures/product.ts";

/** The browser that `npm test` found, else Playwright's own where it is there, else the system's. */
function findChromium(): string | undefined {
  if (process.env.CHROMIUM_PATH) return process.env.CHROMIUM_PATH;
  if (existsSync(chromium.executablePath())) return undefined;
  const names = ["chromium-headless-shell", "chromium", "chromium-browser", "google-chrome"];
  return names.map((name) => `/usr/bin/${name}`).find((file) => existsSync(file));
}

const executablePath = findChromium();

const browser = {
  ...devices["Desktop Chrome"],
  viewport: { width: 1440, height: 900 },
  launchOptions: {
    ...(executablePath === undefined ? {} : { executablePath }),
    // people have scrollbars, and they take room
    ignoreDefaultArgs: ["--hide-scrollbars"],
    args: [
      ...(process.getuid?.() === 0 ? ["--no-sandbox"] : []),
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  },
};

/** What keeps the product from working for everybody else meanwhile or ends their tokens, one after the other, and beside it what starts a product of its own. */
const ALONE = [
  /every-page\/broken\.spec\.ts/,
  /tokens\/slow-search\.spec\.ts/,
  /keys\/.*\.spec\.ts/,
  /approvals\/.*\.spec\.ts/,
  /incidents\/drill\.spec\.ts/,
  /restored\/.*\.spec\.ts/,
];

const isForPictures = process.env.UPDATE_PICTURES === "1";

export default defineConfig({
  testDir: "./tests",
  outputDir: "../test-results/e2e",
  globalSetup: "./fixtures/start-product.ts",
  // one product, two stories at once: each has names, tokens and people of its own; what may not meet says so by a lock
  workers: 2,
  fullyParallel: false,
  retries: 0,
  forbidOnly: process.env.CI === "true",
  timeout: 60_000,
  expect: { timeout: 10_000 },
  reporter: [["list"]],
  use: {
    // each step with the page as it was costs a tenth of the run: TRACE_PAGES=1 where a failure is not told by its error
    trace: { mode: "retain-on-failure", screenshots: false, snapshots: process.env.TRACE_PAGES === "1" },
    screenshot: "only-on-failure",
    locale: "en-GB",
    timezoneId: "Europe/Paris",
  },
  projects: [
    { name: "first-run", testMatch: /first-run\.setup\.ts/, use: browser },
    {
      name: "console",
      testIgnore: [/\.setup\.ts/, ...ALONE, ...(isForPictures ? [] : [/pictures\//])],
      dependencies: ["first-run"],
      use: { ...browser, storageState: OWNER_STATE },
    },
    {
      name: "alone",
      testMatch: ALONE,
      dependencies: ["console"],
      use: { ...browser, storageState: OWNER_STATE },
    },
  ],
});
