import { connect } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { testDatabase } from "#lib/db/test-database.ts";
import { BAD_MESSAGES, GOOD_MESSAGES } from "#lib/test-messages.ts";
import { sendRaw } from "#lib/test-raw-request.ts";
import {
  type BuiltConsole,
  isBuilt,
  startBuiltConsole,
  startConsoleProcess,
} from "./_lib/test-built-console.ts";

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

test.skipIf(!isBuilt)(
  "a request whose sender goes away in the middle of its body leaves no stack in the log",
  async () => {
    const { url } = await testDatabase();
    const served = await startConsoleProcess({ databaseUrl: url });
    const breakOff = (path: string, type: string) =>
      new Promise<void>((resolve) => {
        const head = `POST ${path} HTTP/1.1\r\nhost: localhost:${served.port}\r\ncontent-type: ${type}\r\ncontent-length: 900\r\n\r\n`;
        const socket = connect(served.port, "localhost", () => {
          socket.write(`${head}{"email":"a`, () => socket.resetAndDestroy());
        });
        socket.on("close", () => resolve()).on("error", () => {});
      });
    for (let n = 0; n < 5; n += 1) {
      await breakOff("/api/v1/sign-in/enrolment", "application/json");
      await breakOff("/api/auth/callback/credentials", "application/x-www-form-urlencoded");
      await breakOff("/sign-in", "application/json");
      // what came before it has been heard of by then
      expect((await fetch(`${served.origin}/api/health`)).status).toBe(200);
    }
    await served.stop();
    expect(served.said()).not.toMatch(/aborted|ECONNRESET|^\s+at /m);
  },
);
