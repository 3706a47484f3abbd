import { mkdirSync, rmSync } from "node:fs";
import path from "node:path";
import { findBuild, keepBuild } from "#bench/peers/builds.ts";
import { type Peer, POOL_SIZE } from "#bench/peers/peer.ts";
import { runTool } from "#bench/peers/run-tool.ts";
import { startHydra } from "./start-hydra.ts";

const VERSION = "v2.3.0";
const NAME = `hydra-${VERSION}`;
const MODULE = "github.com/ory/hydra/v2";
/** From its own go.mod: replacements are not taken over from a module that is required. */
const REPLACEMENT = "github.com/gobuffalo/pop/v6=github.com/ory/pop/v6@v6.2.1-0.20241121111754-e5dfc0f3344b";

/** Ory Hydra from its authors' module, with its own versions of everything. */
export const HYDRA: Peer = {
  name: "hydra",
  title: "Ory Hydra",
  version: VERSION,
  find: () => findBuild(NAME),
  // it takes a second connection while its transaction holds the first: with fewer than requests it stands still for good
  poolFor: (connections) => connections + POOL_SIZE,
  start: startHydra,
  obtain: (log, stack) =>
    keepBuild(NAME, async (folder, logFile) => {
      const source = path.join(folder, "source");
      mkdirSync(source);
      const go = (...args: string[]) =>
        runTool({
          command: "go",
          args,
          cwd: source,
          // without SQLite, no C compiler is needed
          env: { CGO_ENABLED: "0", GOFLAGS: "-buildvcs=false", GOWORK: "off" },
          logFile,
          stack,
        });
      log(`getting Ory Hydra ${VERSION}`);
      await go("mod", "init", "hydra-build");
      await go("mod", "edit", `-replace=${REPLACEMENT}`);
      await go("get", "-tool", `${MODULE}@${VERSION}`);
      log("building Ory Hydra (some minutes)");
      await go("build", "-p", "1", "-trimpath", "-ldflags=-s -w", "-o", path.join(folder, "hydra"), MODULE);
      rmSync(source, { recursive: true });
    }),
};
