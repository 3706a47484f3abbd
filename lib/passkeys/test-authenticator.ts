import {
  createHash,
  createPrivateKey,
  createSign,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  type webcrypto,
} from "node:crypto";
import type { PasskeyAnswer, RegisterPasskeyInput } from "./input.ts";

const PRESENT = 0x01;
const VERIFIED = 0x04;
const SYNCABLE = 0x08;
const BACKED_UP = 0x10;
const ATTESTED = 0x40;

type Asked = {
  challenge: string;
  origin?: string | undefined;
  rpId?: string | undefined;
  /** Whether it has verified its holder. */
  isVerified?: boolean | undefined;
};

type Kept = { jwk: webcrypto.JsonWebKey; credentialId: string };

function sha256(data: string | Buffer): Buffer {
  return createHash("sha256").update(data).digest();
}

function uint(value: number, bytes: 2 | 4): Buffer {
  const buffer = Buffer.alloc(bytes);
  if (bytes === 2) buffer.writeUInt16BE(value);
  else buffer.writeUInt32BE(value);
  return buffer;
}

/** An authenticator in software, with one ES256 key: what it makes and signs is what a browser would hand over. @see WebAuthn level 3, sections 6 and 8.7 */
export class TestAuthenticator {
  counter: number;
  readonly #key: KeyObject;
  readonly #x: Buffer;
  readonly #y: Buffer;
  readonly credentialId: string;
  readonly userHandle: string;

  /** Without `kept` a new key; with it the one that `keep` gave. */
  constructor({
    userHandle = "",
    counter = 0,
    kept,
  }: { userHandle?: string; counter?: number; kept?: Kept } = {}) {
    this.#key =
      kept === undefined
        ? generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey
        : createPrivateKey({ key: kept.jwk, format: "jwk" });
    const jwk = this.#key.export({ format: "jwk" });
    this.#x = Buffer.from(jwk.x ?? "", "base64url");
    this.#y = Buffer.from(jwk.y ?? "", "base64url");
    this.credentialId = kept?.credentialId ?? randomBytes(16).toString("base64url");
    this.userHandle = userHandle;
    this.counter = counter;
  }

  /** Itself, to be had again in another process. */
  keep(): Kept {
    return { jwk: this.#key.export({ format: "jwk" }), credentialId: this.credentialId };
  }

  #authData(rpId: string, flags: number, attested: Buffer = Buffer.alloc(0)): Buffer {
    return Buffer.concat([sha256(rpId), Buffer.from([flags]), uint(this.counter, 4), attested]);
  }

  #clientData(type: "webauthn.create" | "webauthn.get", { challenge, origin }: Asked): string {
    const data = { type, challenge, origin: origin ?? "http://localhost:3000", crossOrigin: false };
    return Buffer.from(JSON.stringify(data)).toString("base64url");
  }

  /** What `navigator.credentials.create` gives. */
  make(asked: Asked): RegisterPasskeyInput["passkey"] {
    const id = Buffer.from(this.credentialId, "base64url");
    const cose = Buffer.concat([
      Buffer.from("a5010203262001215820", "hex"),
      this.#x,
      Buffer.from("225820", "hex"),
      this.#y,
    ]);
    const attested = Buffer.concat([Buffer.alloc(16), uint(id.length, 2), id, cose]);
    const flags = PRESENT | (asked.isVerified === false ? 0 : VERIFIED) | SYNCABLE | BACKED_UP | ATTESTED;
    const authData = this.#authData(asked.rpId ?? "localhost", flags, attested);
    const attestationObject = Buffer.concat([
      Buffer.from("a363666d74646e6f6e656761747453746d74a068617574684461746158", "hex"),
      Buffer.from([authData.length]),
      authData,
    ]);
    return {
      id: this.credentialId,
      rawId: this.credentialId,
      type: "public-key",
      response: {
        clientDataJSON: this.#clientData("webauthn.create", asked),
        attestationObject: attestationObject.toString("base64url"),
        transports: ["internal", "hybrid"],
      },
    };
  }

  /** What `navigator.credentials.get` gives; it counts on, where it counts at all. */
  answer(asked: Asked): PasskeyAnswer {
    if (this.counter > 0) this.counter += 1;
    const flags = PRESENT | (asked.isVerified === false ? 0 : VERIFIED) | SYNCABLE | BACKED_UP;
    const authenticatorData = this.#authData(asked.rpId ?? "localhost", flags);
    const clientDataJSON = this.#clientData("webauthn.get", asked);
    const signed = Buffer.concat([authenticatorData, sha256(Buffer.from(clientDataJSON, "base64url"))]);
    return {
      id: this.credentialId,
      rawId: this.credentialId,
      type: "public-key",
      response: {
        clientDataJSON,
        authenticatorData: authenticatorData.toString("base64url"),
        signature: createSign("SHA256").update(signed).sign(this.#key).toString("base64url"),
        userHandle: this.userHandle,
      },
    };
  }
}
