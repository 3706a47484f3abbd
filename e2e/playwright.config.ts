import { existsSync } from "node:fs";
import { defineConfig, devices } from "@playwright/test";

/** Playwright's own Chromium where it is there, else the system's. */
const systemChromium = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find(
  (file) => existsSync(file),
);

const browser = {
  ...devices["Desktop Chrome"],
  viewport: { width: 1440, height: 900 },
  launchOptions: {
    ...(systemChromium === undefined ? {} : { executablePath: systemChromium }),
    args: [
      ...(process.getuid?.() === 0 ? ["--no-sandbox"] : []),
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  },
};

export default defineConfig({
  testDir: "./tests",
  outputDir: "../test-results/e2e",
  globalSetup: "./fixtures/start-product.ts",
  // one product, one story after the other
  workers: 1,
  fullyParallel: false,
  retries: 0,
  forbidOnly: process.env.CI === "true",
  timeout: 60_000,
  expect: { timeout: 10_000 },
  reporter: [["list"]],
  use: {
    trace: "retain-on-failure",
    screenshot: "only-on-failure",
    locale: "en-GB",
    timezoneId: "Europe/Paris",
  },
  projects: [
    { name: "first-run", testMatch: /first-run\.setup\.ts/, use: browser },
    { name: "console", testIgnore: /\.setup\.ts/, dependencies: ["first-run"], use: browser },
  ],
});
