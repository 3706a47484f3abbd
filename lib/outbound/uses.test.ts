import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { globSync, readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { fetchKeySet } from "../client-keys/fetch-key-set.ts";
import { sendSyslog } from "../event-streams/send-syslog.ts";
import { sendWebhook } from "../event-streams/send-webhook.ts";
import { createKeyWrapper } from "../keys/key-wrapper.ts";
import type { MailServer } from "../mail/mail-settings.ts";
import { sendMail } from "../mail/send-mail.ts";
import { outboundFetch } from "../sign-in-providers/outbound-fetch.ts";
import { createPeerKeys } from "../signal-receivers/peer-keys.ts";
import { pushEvent } from "../signals/push-event.ts";
import { NOTHING_ALLOWED, readOutboundAllow } from "./allow-list.ts";
import { createOutbound, type Outbound } from "./outbound.ts";

const ROOT = path.resolve(import.meta.dirname, "../..");
const never = new AbortController().signal;

/** What calls an address that somebody entered, with what is thrown or told where it may not. */
const USES: Record<string, { scheme: string; call: (outbound: Outbound, url: string) => Promise<unknown> }> =
  {
    "lib/client-keys/fetch-key-set.ts": { scheme: "https", call: fetchKeySet },
    "lib/event-streams/send-syslog.ts": {
      scheme: "syslog+tls",
      call: (outbound, url) => sendSyslog(outbound, { url, caPem: null }, { messages: ["x"] }),
    },
    "lib/event-streams/send-webhook.ts": {
      scheme: "https",
      call: (outbound, url) =>
        sendWebhook(
          outbound,
          { url, secrets: [`whsec_${randomBytes(32).toString("base64")}`], authorization: null },
          { streamId: "s", lines: ["{}"], now: new Date() },
        ),
    },
    "lib/mail/send-mail.ts": {
      scheme: "smtps",
      call: (outbound, url) => {
        const { hostname, port } = new URL(url.replace("smtps", "https"));
        const server: MailServer = {
          host: hostname,
          port: Number(port || 465),
          tls: "tls",
          username: null,
          passwordWrapped: null,
          caPem: null,
          fromAddress: "us@example.com",
          fromName: "",
        };
        const keeping = { outbound, wrapper: createKeyWrapper(randomBytes(32)) };
        const mail = { to: "a@example.com", subject: "x", body: "x", messageId: "x", at: new Date() };
        return sendMail(keeping, server, mail);
      },
    },
    "lib/sign-in-providers/outbound-fetch.ts": {
      scheme: "https",
      call: (outbound, url) => outboundFetch(outbound)(url, { method: "GET", headers: {} }),
    },
    "lib/signal-receivers/peer-keys.ts": {
      scheme: "https",
      call: async (outbound, url) =>
        createPeerKeys(outbound)(url)({ alg: "ES256", kid: "k" }, { payload: "", signature: "" }),
    },
    "lib/signals/push-event.ts": {
      scheme: "https",
      call: (outbound, url) => pushEvent(outbound, { url, authorization: null, set: "x", signal: never }),
    },
  };

/** What a use comes to: words that may be shown, thrown or told. */
async function whyOf(call: () => Promise<unknown>): Promise<string> {
  return call().then(
    (answer) => JSON.stringify(answer),
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  );
}

let inside: Server;
let redirecting: Server;
let connections = 0;
const portOf = (server: Server) => (server.address() as AddressInfo).port;

beforeAll(async () => {
  inside = createServer((_request, response) => response.end("inside")).on("connection", () => {
    connections += 1;
  });
  redirecting = createServer((_request, response) =>
    response.writeHead(302, { location: `http://127.0.0.1:${portOf(inside)}/` }).end(),
  );
  for (const server of [inside, redirecting]) await once(server.listen(0, "127.0.0.1"), "listening");
});
afterAll(() => {
  for (const server of [inside, redirecting]) server?.close();
});

const sources = globSync("{app,lib,server}/**/*.{ts,tsx,mjs}", { cwd: ROOT })
  .filter((file) => !/\.test\.tsx?$|\/test-|\/generated\/|-fixture\.ts$|\/fixtures\//.test(file))
  .map((file) => ({ file, text: readFileSync(path.join(ROOT, file), "utf8") }));

describe("P16: an address that somebody entered is called by the guarded way alone", () => {
  test("and by those that are tried here", () => {
    const calling = sources.filter(({ text }) => /\boutbound\s*\.\s*(?:request|connect)\(/.test(text));
    expect(calling.map(({ file }) => file).toSorted()).toEqual(Object.keys(USES).toSorted());
  });

  test("nothing else opens a connection: no module of the product has a client of its own", () => {
    /** What speaks to this machine or to the product's own parts, by addresses that nobody enters. */
    const OWN: Record<string, string> = {
      "lib/client-keys/client-key-cache.ts": "its `fetch` is the one of fetch-key-set.ts",
      "lib/mail/send-mail.ts": "nodemailer over a socket that the guarded way opened",
      "lib/signal-receivers/peer-keys.ts": "jose with a fetch of the guarded way",
      "server/supervisor/answers.ts": "asks the product's own processes whether they are there",
    };
    const client =
      /(?<![.\w"'`])fetch\(|\bhttps?\.(?:get|request)\(|\b(?:httpRequest|httpsRequest|netConnect|tlsConnect|createConnection)\(|from "undici"|createTransport\(|createRemoteJWKSet\(/;
    const found = sources
      .filter(({ file }) => !file.startsWith("lib/outbound/"))
      // what runs in a browser asks the console alone: its policy says so (`connect-src 'self'`)
      .filter(({ text }) => !/^"use client"/.test(text))
      .filter(({ text }) => client.test(text.replaceAll(/`[^`]*`/g, "")))
      .map(({ file }) => file);
    const parts =
      /^server\/(?:demo|dev|faults|secrets|reach|upgrade|setup|cli|embedded-database|authority\/oidf)\//;
    expect(found.filter((file) => !parts.test(file) && OWN[file] === undefined)).toEqual([]);
  });

  describe.each(Object.entries(USES))("%s", (_file, { scheme, call }) => {
    test.each(["10.0.0.1", "127.0.0.1", "169.254.169.254", "[::1]", "[::ffff:169.254.169.254]", "[fd00::1]"])(
      "calls no address that is not public: %s",
      async (host) => {
        const outbound = createOutbound({ allow: NOTHING_ALLOWED });
        const url = `${scheme}://${host}:${portOf(inside)}/`;
        expect(await whyOf(() => call(outbound, url))).toMatch(/is not public/);
        outbound.close();
      },
    );

    test("calls nothing inside by a name that was public when it was entered", async () => {
      let asked = 0;
      const resolve = async () => [{ address: asked++ === 0 ? "93.184.216.34" : "127.0.0.1", family: 4 }];
      const outbound = createOutbound({ allow: NOTHING_ALLOWED, resolve });
      const url = `${scheme}://rebinding.example:${portOf(inside)}/`;
      await outbound.check(url, scheme === "https" ? "http" : scheme === "smtps" ? "smtp" : "syslog");
      const before = connections;
      expect(await whyOf(() => call(outbound, url))).toMatch(/is not public/);
      expect({ asked, connections }).toEqual({ asked: 2, connections: before });
      outbound.close();
    });

    if (scheme === "https")
      test("follows nobody elsewhere", async () => {
        const origin = `http://127.0.0.1:${portOf(redirecting)}`;
        const allow = readOutboundAllow(`${origin} http://127.0.0.1:${portOf(inside)}`);
        const outbound = createOutbound({ allow: allow ?? NOTHING_ALLOWED });
        const before = connections;
        expect(await whyOf(() => call(outbound, `${origin}/`))).toMatch(/redirects are not followed/);
        expect(connections).toBe(before);
        outbound.close();
      });
  });
});
