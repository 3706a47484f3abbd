import { rmSync } from "node:fs";
import path from "node:path";
import { findBuild, keepBuild } from "#bench/peers/builds.ts";
import { type Peer, POOL_SIZE } from "#bench/peers/peer.ts";
import { runTool } from "#bench/peers/run-tool.ts";
import { getJavaHome } from "./java.ts";
import { startKeycloak } from "./start-keycloak.ts";

const VERSION = "26.7.3";
const NAME = `keycloak-${VERSION}`;
const COPY = "org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy";
const ARTIFACT = `org.keycloak:keycloak-quarkus-dist:${VERSION}:tar.gz`;

/** Keycloak as its authors publish it, prepared for PostgreSQL as its production guide says. */
export const KEYCLOAK: Peer = {
  name: "keycloak",
  title: "Keycloak",
  version: VERSION,
  find: () => findBuild(NAME),
  poolFor: () => POOL_SIZE,
  start: startKeycloak,
  obtain: (log, stack) =>
    keepBuild(NAME, async (folder, logFile) => {
      const JAVA_HOME = getJavaHome();
      const run = (command: string, args: string[], env = {}) =>
        runTool({ command, args, cwd: folder, env, logFile, stack });
      log(`getting Keycloak ${VERSION}`);
      await run("mvn", ["-B", "-q", COPY, `-Dartifact=${ARTIFACT}`, "-DoutputDirectory=."]);
      const archive = path.join(folder, `keycloak-quarkus-dist-${VERSION}.tar.gz`);
      await run("tar", ["xzf", archive, "--strip-components=1"]);
      rmSync(archive);
      log("building Keycloak for PostgreSQL (a minute or two)");
      await run(path.join(folder, "bin/kc.sh"), ["build", "--db=postgres"], { JAVA_HOME });
    }),
};
