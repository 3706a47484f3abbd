import { describe, expect, it } from "vitest";
import { generateKey } from "./generate-key.ts";
import { createKeyWrapper } from "./key-wrapper.ts";
import { KEY_STATES } from "./model.ts";
import { openPrivateKey } from "./open-private-key.ts";
import { publicJwks } from "./public-jwks.ts";

const wrapper = createKeyWrapper(Buffer.alloc(32, 1));

describe("the JWKS", () => {
  it("has the keys that are standby, active or retiring and no others", async () => {
    const { publicJwk } = await generateKey("ES256", wrapper);
    const keys = KEY_STATES.map((state) => ({ kid: state, algorithm: "ES256", state, publicJwk }));
    expect(publicJwks(keys).keys.map((key) => key.kid)).toEqual(["standby", "active", "retiring"]);
  });

  it("never has a private member, even where one was stored", async () => {
    const key = await generateKey("EdDSA", wrapper);
    const publicJwk = (await openPrivateKey(key, wrapper)) as Record<string, unknown>;
    expect(publicJwk.d).toBeTypeOf("string");
    const [published] = publicJwks([{ kid: key.kid, algorithm: "EdDSA", state: "active", publicJwk }]).keys;
    expect(Object.keys(published ?? {}).sort()).toEqual(["alg", "crv", "kid", "kty", "use", "x"]);
  });
});
