import { spawnSync } from "node:child_process";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { HYDRA } from "./hydra/hydra.ts";
import { KEYCLOAK } from "./keycloak/keycloak.ts";

const MAIN = path.join(import.meta.dirname, "../main.ts");

function smoke(peer: string) {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [MAIN, "authority", "--smoke", "--peers", peer],
    { encoding: "utf8", timeout: 280_000 },
  );
  const figures = Object.fromEntries(
    [...stdout.matchAll(/^figure (\w+) (\S+) \S+$/gm)].map(([, name, value]) => [name, value]),
  );
  return { status, figures, output: stdout + stderr };
}

describe("the smoke run", () => {
  for (const peer of [KEYCLOAK, HYDRA])
    test.skipIf(peer.find() === null)(`measures ${peer.title} on the same work, with right answers`, () => {
      const { status, figures, output } = smoke(peer.name);
      expect(status, output).toBe(0);
      for (const work of ["introspection", "issue_jwt", "code_exchange", "refresh", "revocation", "jwks"])
        expect(Number(figures[`${peer.name}_${work}_ratio`]), output).toBeGreaterThan(0);
      expect(figures).toMatchObject({
        [`${peer.name}_wrong_answers`]: "0",
        [`${peer.name}_broken_requests`]: "0",
        [`${peer.name}_still_active`]: "0",
      });
    });
});
