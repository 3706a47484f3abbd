import { expect, test } from "vitest";
import { runBench, SMOKE_MS } from "#bench/run-bench.ts";

test("the smoke run of authority prints every figure, with right answers that are all on record", {
  timeout: SMOKE_MS,
}, () => {
  const { status, figures, output } = runBench("authority", "--smoke");
  expect(status, output).toBe(0);
  for (const name of [
    "introspection",
    "verify",
    "issue_jwt",
    "code_exchange",
    "refresh",
    "revocation",
    "jwks",
  ])
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
