import { createHash, randomUUID } from "node:crypto";
import { describe, expect, test } from "vitest";
import { uuidv7 } from "#lib/ids.ts";
import { makeOpaque } from "#lib/tokens/opaque.ts";
import { readPaste } from "./read-paste.ts";

const sha256 = (value: string) => createHash("sha256").update(value).digest("hex");
const at = Date.UTC(2026, 10, 28);

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
      tokens: 2,
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

  test("of ten thousand is read whole, and of more says that it is cut", () => {
    const lines = Array.from({ length: 10_001 }, () => jwt(uuidv7(at)));
    expect(readPaste(lines.slice(1).join("\n"))).toMatchObject({ tokens: 10_000, isCut: false });
    const cut = readPaste(lines.join("\n"));
    expect(cut.values).toHaveLength(10_000);
    expect(cut.isCut).toBe(true);
  });

  test("without a token has nothing, and of a secret says that one stood there", () => {
    expect(readPaste("nothing of ours\n12 lines")).toEqual({
      values: [],
      lines: [],
      tokens: 0,
      hasSecret: false,
      isCut: false,
    });
    expect(readPaste(`secret=twc_${"A1b2".repeat(8)}`)).toMatchObject({ values: [], hasSecret: true });
  });
});
