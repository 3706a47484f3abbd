import { existsSync } from "node:fs";
import path from "node:path";
import { checkPageJavascript } from "./check-page-javascript.mjs";
import { say } from "./console-lines.mjs";
import { CACHE_DIR, NODE, ROOT } from "./paths.mjs";
import { runStep } from "./run-step.mjs";
import { findStamp, hashOf, saveStamp } from "./stamp.mjs";

const STAMP = path.join(CACHE_DIR, "console.stamp");

/** Everything that a build of the console reads. */
const SOURCES = [
  "app",
  "components",
  "lib",
  "public",
  "prisma/schema",
  "next.config.ts",
  "postcss.config.mjs",
  "instrumentation.ts",
  "proxy.ts",
  "tsconfig.json",
  "package.json",
  "package-lock.json",
];

const isSource = (file) => !file.startsWith("lib/db/generated/") && !/\.test\.tsx?$/.test(file);

/** Builds the console when its sources are newer than the last build. */
export async function buildConsole() {
  const wanted = hashOf(SOURCES, isSource);
  if (findStamp(STAMP) === wanted && existsSync(path.join(ROOT, ".next/BUILD_ID"))) return;
  const withoutConfig = SOURCES.filter((name) => name !== "tsconfig.json");
  const sources = hashOf(withoutConfig, isSource);
  say("building the console");
  await runStep("build", NODE, ["node_modules/next/dist/bin/next", "build"], {
    env: { ...process.env, NODE_ENV: "production", NEXT_TELEMETRY_DISABLED: "1", NO_COLOR: "1" },
  });
  checkPageJavascript();
  // The build itself may complete tsconfig.json; whatever else changed meanwhile makes the next start build again.
  const isSame = hashOf(withoutConfig, isSource) === sources;
  saveStamp(STAMP, isSame ? hashOf(SOURCES, isSource) : wanted);
}
