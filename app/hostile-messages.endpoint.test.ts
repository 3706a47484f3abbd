import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { BAD_MESSAGES, GOOD_MESSAGES } from "#lib/test-messages.ts";
import { sendRaw } from "#lib/test-raw-request.ts";
import { type BuiltConsole, isBuilt, startBuiltConsole } from "./_lib/test-built-console.ts";

let console: BuiltConsole;

beforeAll(async () => {
  if (isBuilt) console = await startBuiltConsole();
});
afterAll(async () => {
  if (isBuilt) await console.stop();
});

describe.skipIf(!isBuilt)("the head of a request to the console", () => {
  test.each(BAD_MESSAGES)("%s ends the connection with a refusal", async (_what, status, head) => {
    for (const target of ["/api/health", "/sign-in"]) {
      // resolves when the other side has closed
      const answer = await sendRaw(console.port, head(target, console.port));
      expect({ target, status: answer.status }).toEqual({ target, status });
      expect(answer.body).not.toMatch(/<html|"ok"/);
    }
  });

  test.each(GOOD_MESSAGES)("%s is answered", async (_what, head) => {
    expect((await sendRaw(console.port, head("/api/health", console.port))).status).toBe(200);
  });
});
