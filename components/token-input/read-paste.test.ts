import { createHash, randomUUID } from "node:crypto";
import { describe, expect, test } from "vitest";
import { uuidv7 } from "#lib/ids.ts";
import { makeOpaque } from "#lib/tokens/opaque.ts";
import { readPaste } from "./read-paste.ts";

const sha256 = (value: string) => createHash("sha256").update(value).digest("hex");
const at = Date.UTC(2026, 10, 28);
const NO_OTHERS = { again: [], part: [], left: [], secret: [], nothing: [], blank: [] };

function jwt(jti: string): string {
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
  return `${part({ alg: "ES256" })}.${part({ jti })}.c2lnbmF0dXJlLXRoYXQtaXMtbG9uZw`;
}

describe("a paste", () => {
  test("of a token, an id, a hash and a scanner's findings gives each once, by id and hash, and no value", () => {
    const [first, second, third] = [uuidv7(at), uuidv7(at), uuidv7(at)];
    const [token, opaque] = [jwt(first), makeOpaque("twr_", second)];
    const findings = JSON.stringify([
      { token, type: "tokenwarden_access_token", url: "https://github.com/acme/app/blob/1/.env" },
      { token: opaque, type: "tokenwarden_refresh_token", url: `https://example.com/${randomUUID()}` },
    ]);
    const paste = readPaste(`${findings}\n${third.toUpperCase()}\n${sha256("x")}\nBearer ${token}`);
    expect(paste).toEqual({
      values: [
        { id: first, hash: sha256(token) },
        { id: second, hash: sha256(opaque) },
        { id: third },
        { hash: sha256("x") },
      ],
      lines: [1, 1, 2, 3],
      issuers: [null, null, null, null],
      tokens: 2,
      secrets: 0,
      others: { ...NO_OTHERS, again: [4] },
      hasSecret: false,
      isCut: false,
    });
  });

  test("gives the jti or hash that stands after its name, in whichever way logs write it, and none of an address or a longer word", () => {
    const [id, hash] = [uuidv7(at), sha256("x")];
    for (const text of [
      `jti=${id}`,
      `jti: ${id}`,
      `jti:${id}`,
      `{"jti":"${id}"}`,
      `JTI='${id}',`,
      `payload.jti=${id}&x=1`,
      `token_id=${id}.`,
      `seen ${id}.`,
    ])
      expect(readPaste(text).values, text).toEqual([{ id }]);
    for (const text of [`sha256:${hash}`, `hash=${hash}`, `token_hash: ${hash}`])
      expect(readPaste(text).values, text).toEqual([{ hash }]);
    for (const text of [
      `https://x.example/${id}`,
      `?id=${id}`,
      `xjti=${id}`,
      `request_id=${id}`,
      `${id}.json`,
    ])
      expect(readPaste(text).values, text).toEqual([]);
  });

  test("finds names behind escapes too, and tells the line that each stands in as it is seen, whatever line breaks are escaped in it", () => {
    const [first, second, third] = [uuidv7(at), uuidv7(at), uuidv7(at)];
    const log = [
      `{"m":"a\\nb\\n${jwt(first)}"}`,
      `{"m":"{\\"jti\\":\\"${second}\\"}"}`,
      `GET /x?y%0Ajti%3D${third}%0A`,
      "",
    ].join("\n");
    expect(readPaste(log)).toMatchObject({
      values: [{ id: first }, { id: second }, { id: third }],
      lines: [1, 2, 3],
    });
  });

  test("of a token that was cut, in its signature or after the jti of its payload, still gives the id", () => {
    const id = uuidv7(at);
    const [head = "", payload = "", signature = ""] = jwt(id).split(".");
    const long = Buffer.from(JSON.stringify({ jti: id, scope: "x".repeat(60) })).toString("base64url");
    for (const cut of [
      `${head}.${payload}.${signature.slice(0, 10)}`,
      `${head}.${payload}.`,
      `${head}.${payload}`,
      `${head}.${long.slice(0, -20)}`,
      `${head}.${long.slice(0, -21)}`,
    ])
      expect(readPaste(cut).values, cut).toEqual([{ id, hash: sha256(cut) }]);
  });

  const base64 = (text: string) => Buffer.from(text).toString("base64");
  const id = uuidv7(at);
  const held = { jwt: jwt(id), opaque: makeOpaque("twa_", id) };
  const docker = (token: string) =>
    JSON.stringify({ auths: { "r.example": { auth: base64(`x:${token}`) } } });
  const WRITTEN: [how: string, write: (token: string) => string][] = [
    [
      "Basic of HTTP",
      (token) => `curl -H 'Authorization: Basic ${base64(`ana:${token}`)}' https://x.example`,
    ],
    ["Basic without a name", (token) => `authorization: basic ${base64(`:${token}`)}.`],
    ["base64url", (token) => `_auth=${Buffer.from(`ü:${token}`).toString("base64url")}`],
    ["npm's file", (token) => `//npm.example/:_auth="${base64(`ci:${token}`)}"`],
    ["Docker's file", docker],
    ["a secret of Kubernetes with Docker's file", (token) => `.dockerconfigjson: ${base64(docker(token))}\n`],
    ["base64 by itself, in lines", (token) => `${base64(`x:${token}`).replace(/.{76}/g, "$&\n")}\n`],
    ["an address", (token) => `https://oauth2:${token}@git.example/a.git`],
    ["an address, escaped", (token) => `https%3A%2F%2Fx%3A${token}%40git.example`],
    ["Basic inside of JSON", (token) => `{"h":"Basic ${base64(`x:${token}`).replaceAll("/", "\\/")}"}`],
  ];
  test.each(WRITTEN)("of credentials holds their token: %s", (_how, write) => {
    for (const token of [held.jwt, held.opaque]) {
      const paste = readPaste(`first line\n${write(token)}\n${sha256("x")}`);
      const written = write(token).split("\n").length;
      expect(paste).toMatchObject({
        values: [{ id, hash: sha256(token) }, { hash: sha256("x") }],
        lines: [2, 2 + written],
        tokens: 1,
        hasSecret: false,
      });
    }
  });

  test("says of a secret inside of base64 that one stands there, and takes other base64 for what it is", () => {
    const secret = base64(`my-client:twc_${"A1b2".repeat(8)}`);
    expect(readPaste(`Authorization: Basic ${secret}`)).toMatchObject({ values: [], hasSecret: true });
    for (const text of [
      base64("nothing of ours stands in this"),
      "a".repeat(4_000),
      base64("\u0000".repeat(300)),
    ])
      expect(readPaste(text)).toMatchObject({ values: [], hasSecret: false });
  });

  test.each(["twc_", "twv_", "twl_", "twk_"])(
    "of a secret (%s) gives it by its hash, once, plain or in base64 or cut out of a log; a link's, or a piece, is only said to stand there",
    (prefix) => {
      const secret = `${prefix}${"A1b2C3d4E5".repeat(5).slice(0, 43)}`;
      for (const text of [
        `CLIENT_SECRET=${secret}\nagain: "${secret}".`,
        `Authorization: Basic ${base64(`my-client:${secret}`)}`,
      ])
        expect(readPaste(text), text).toEqual({
          values: [{ hash: sha256(secret) }],
          lines: [1],
          issuers: [null],
          tokens: 0,
          secrets: 1,
          others: { ...NO_OTHERS, again: text.includes("\n") ? [2] : [] },
          hasSecret: false,
          isCut: false,
        });
      expect(readPaste(`${secret}x`)).toMatchObject({ values: [], secrets: 0, hasSecret: true });
      expect(readPaste(secret.replace(prefix, "tws_"))).toMatchObject({ values: [], hasSecret: true });
      expect(JSON.stringify(readPaste(`${held.jwt} ${secret}`))).not.toContain(secret);
    },
  );

  test("of ten thousand is read whole, and of more says that it is cut", () => {
    const lines = Array.from({ length: 10_001 }, () => jwt(uuidv7(at)));
    expect(readPaste(lines.slice(1).join("\n"))).toMatchObject({ tokens: 10_000, isCut: false });
    const cut = readPaste([...lines, "and no more", "", lines[0]].join("\n"));
    expect(cut.values).toHaveLength(10_000);
    expect(cut.isCut).toBe(true);
    // what stands after the last one that is looked for is not known
    expect(cut.others).toEqual({ ...NO_OTHERS, left: [10_001, 10_002, 10_004], blank: [10_003] });
  });

  test("without a token has nothing, and of a secret says that one stood there", () => {
    expect(readPaste("nothing of ours\n12 lines")).toEqual({
      values: [],
      lines: [],
      issuers: [],
      tokens: 0,
      secrets: 0,
      others: { ...NO_OTHERS, nothing: [1, 2] },
      hasSecret: false,
      isCut: false,
    });
    expect(readPaste(`secret=twc_${"A1b2".repeat(8)}`)).toMatchObject({ values: [], hasSecret: true });
  });
});
