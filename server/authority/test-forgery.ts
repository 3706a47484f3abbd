import { createPrivateKey, createPublicKey, createSign, type KeyObject } from "node:crypto";
import { createServer, type Socket } from "node:net";
import { decodeJwt, decodeProtectedHeader } from "jose";
import { createKeyWrapper } from "#lib/keys/key-wrapper.ts";
import { openPrivateKey } from "#lib/keys/open-private-key.ts";
import type { TestInstance } from "./test-authority.ts";

type Json = Record<string, unknown>;

export const part = (value: unknown): string =>
  Buffer.from(typeof value === "string" ? value : JSON.stringify(value)).toString("base64url");

/** The order of P-256's group: with s, n − s is a good signature too. */
const ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;

/** A genuine token, the key that signed it, and what a forger makes of them. */
export type Forger = {
  token: string;
  header: Json;
  payload: Json;
  publicKey: KeyObject;
  /** Signs as the authority does, with its own key. `header` and `payload` may be JSON text. */
  sign(header: unknown, payload: unknown, encoding?: "ieee-p1363" | "der"): string;
  /** The genuine token under another header, with the signature that it had. */
  under(header: Json): string;
  /** The genuine token with another signature. */
  signedBy(signature: Uint8Array | string): string;
  signature: Buffer;
};

/** Opens the key that signed `token` from the database with the master key. */
export async function forgerOf(instance: TestInstance, token: string): Promise<Forger> {
  const header = decodeProtectedHeader(token) as Json;
  const [first = "", second = "", third = ""] = token.split(".");
  const key = await privateKeyOf(instance, String(header.kid));
  return {
    token,
    header,
    payload: decodeJwt(token) as Json,
    publicKey: createPublicKey(key),
    sign(given, payload, dsaEncoding = "ieee-p1363") {
      const input = `${part(given)}.${part(payload)}`;
      return `${input}.${createSign("sha256").update(input).sign({ key, dsaEncoding }, "base64url")}`;
    },
    under: (other) => `${part(other)}.${second}.${third}`,
    signedBy: (signature) =>
      `${first}.${second}.${typeof signature === "string" ? signature : Buffer.from(signature).toString("base64url")}`,
    signature: Buffer.from(third, "base64url"),
  };
}

/** A signing key of the instance by its kid, or the active one of a purpose. */
export async function privateKeyOf(instance: TestInstance, kidOrPurpose: string): Promise<KeyObject> {
  const [row] = await instance.db.query<{ kid: string; privateWrapped: Buffer }>(
    `SELECT kid, private_wrapped AS "privateWrapped" FROM signing_key
     WHERE kid = $1::text OR (purpose = $1::text AND state = 'active')`,
    [kidOrPurpose],
  );
  if (row === undefined) throw new Error(`there is no key ${kidOrPurpose}`);
  const jwk = await openPrivateKey(row, createKeyWrapper(instance.masterKey));
  return createPrivateKey({ key: jwk, format: "jwk" });
}

/** The other good signature of the same input: r and n − s. */
export function malleated(signature: Buffer): Buffer {
  const s = BigInt(`0x${signature.subarray(32).toString("hex")}`);
  const other = Buffer.from((ORDER - s).toString(16).padStart(64, "0"), "hex");
  return Buffer.concat([signature.subarray(0, 32), other]);
}

export type Trap = { url: string; connections(): number; close(): Promise<void> };

/** A listener on loopback that counts connections: what a header names must never be asked. */
export async function openTrap(): Promise<Trap> {
  let connections = 0;
  const open = new Set<Socket>();
  const server = createServer((socket) => {
    connections += 1;
    open.add(socket);
    socket.on("error", () => {});
    socket.on("close", () => open.delete(socket));
    socket.end(
      'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: 11\r\n\r\n{"keys":[]}',
    );
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  return {
    url: `http://127.0.0.1:${port}/keys`,
    connections: () => connections,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of open) socket.destroy();
      }),
  };
}
