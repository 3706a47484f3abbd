import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";

const MAIN = path.join(import.meta.dirname, "main.ts");
const IS_BUILT = existsSync(path.join(import.meta.dirname, "../.next/BUILD_ID"));

function bench(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, ...args], {
    encoding: "utf8",
    timeout: 170_000,
  });
  const figures = Object.fromEntries(
    [...stdout.matchAll(/^figure (\w+) (\S+) \S+$/gm)].map(([, name, value]) => [name, value]),
  );
  return { status, figures, output: stdout + stderr };
}

describe("the smoke run", () => {
  test("of authority prints every figure, with right answers that are all on record", {
    timeout: 180_000,
  }, () => {
    const { status, figures, output } = bench("authority", "--smoke");
    expect(status, output).toBe(0);
    for (const name of ["introspection", "verify", "issue_jwt", "revocation", "jwks"])
      expect(Number(figures[`${name}_ratio`]), output).toBeGreaterThan(0);
    expect(Number(figures.authority_rss_mb)).toBeGreaterThan(0);
    expect(figures).toMatchObject({
      unrecorded_uses: "0",
      wrong_answers: "0",
      broken_requests: "0",
      still_active_after_revocation: "0",
      keycloak_introspection_ratio: "not_run",
      hydra_issue_jwt_ratio: "not_run",
    });
  });

  test("of inventory fills a register, prints every figure, and knows how many tokens there are", {
    timeout: 180_000,
  }, () => {
    const { status, figures, output } = bench("inventory", "--smoke");
    expect(status, output).toBe(0);
    for (const name of ["list_p95_ms", "list_worst_p95_ms", "count_p95_ms", "seed_minutes"])
      expect(Number(figures[name]), output).toBeGreaterThan(0);
    expect(figures).toMatchObject({ list_given_up: "0", count_exact_within_2s: "100" });
    // where the console is built and there is a browser; else it says so
    if (!/pages on screen: not measured/.test(output))
      expect(Number(figures.page_on_screen_p95_ms), output).toBeGreaterThan(0);
  });

  test("of reach lets every verifier refuse, and its newcomer and its status list know every revocation", {
    timeout: 180_000,
  }, () => {
    const { status, figures, output } = bench("reach", "--smoke");
    expect(status, output).toBe(0);
    for (const name of ["feed_catch_up_s", "status_list_kb"])
      expect(Number(figures[name]), output).toBeGreaterThan(0);
    // there is a button where the console is built
    if (IS_BUILT) expect(Number(figures.propagation_p99_ms), output).toBeGreaterThan(0);
  });

  test("of the verifier prints every figure", { timeout: 60_000 }, () => {
    const { status, figures, output } = bench("verifier", "--smoke");
    expect(status, output).toBe(0);
    for (const name of [
      "verifier_cost_ratio",
      "verifier_check_ratio",
      "verifier_us",
      "bare_jose_us",
      "verifier_ready_s",
    ])
      expect(Number(figures[name]), output).toBeGreaterThan(0);
    expect(figures.verifier_facts_mb).toBeDefined();
  });

  test.skipIf(!IS_BUILT)(
    "of start times a warm start and does not make up a cold one",
    { timeout: 180_000 },
    () => {
      const { status, figures, output } = bench("start", "--smoke");
      expect(status, output).toBe(0);
      expect(figures.cold_start_s).toBe("not_run");
      expect(Number(figures.warm_start_s), output).toBeGreaterThan(0);
    },
  );
});

describe("refuses", () => {
  test.each([
    [["authority", "--rounds", "none"], "--rounds must be a number"],
    [["authority", "--only", "nothing"], "--only knows introspection"],
    [["authority", "--peers", "nobody"], "--peers knows keycloak"],
    [["inventory", "--rows", "many"], "--rows must be a number"],
    [["authority", "--quickly"], "--quickly"],
    [["nothing"], "nothing is not known"],
    [[], "what is to be measured?"],
  ])("%j in one line with the usage", (args, line) => {
    const { status, output } = bench(...args);
    expect(status).toBe(2);
    expect(output).toContain(line);
    expect(output).toContain("npm run bench -- authority");
  });
});
