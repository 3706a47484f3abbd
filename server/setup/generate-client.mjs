import { existsSync } from "node:fs";
import path from "node:path";
import { say } from "./console-lines.mjs";
import { CACHE_DIR, NODE, ROOT } from "./paths.mjs";
import { runStep } from "./run-step.mjs";
import { findStamp, hashOf, saveStamp } from "./stamp.mjs";

const STAMP = path.join(CACHE_DIR, "database-client.stamp");

/** Generates the database client from the Prisma schema when either is new. */
export async function generateClient() {
  const wanted = hashOf(["prisma/schema", "prisma.config.ts", "node_modules/prisma/package.json"]);
  if (findStamp(STAMP) === wanted && existsSync(path.join(ROOT, "lib/db/generated/client.ts"))) return;
  say("generating the database client");
  await runStep("database-client", NODE, ["node_modules/prisma/build/index.js", "generate"], {
    // The engine named here is not used; without a name Prisma would download one.
    env: {
      ...process.env,
      PRISMA_SCHEMA_ENGINE_BINARY: NODE,
      CHECKPOINT_DISABLE: "1",
      PRISMA_HIDE_UPDATE_MESSAGE: "1",
    },
  });
  saveStamp(STAMP, wanted);
}
