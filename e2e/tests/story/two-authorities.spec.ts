import { decodeJwt } from "jose";
import { Authority } from "../../fixtures/authority.ts";
import { startSecondAuthority } from "../../fixtures/second-authority.ts";
import { expect, test } from "../../fixtures/test.ts";
import { TokenPage } from "../../pages/token-page.ts";

test("what the console revokes is refused by two authorities at once, though both had just accepted it", async ({
  page,
  product,
  authority,
  registry,
}) => {
  const second = await startSecondAuthority(product);
  try {
    const other = new Authority(second.url);
    const client = await registry.addService();
    const [token, sibling] = [await authority.issue(client), await other.issue(client)];
    for (const one of [authority, other]) {
      expect(await one.introspect(token, registry.verifier)).toMatchObject({ active: true });
      expect((await one.verify(token, registry.verifier)).status).toBe(200);
    }
    const tokenPage = new TokenPage(page);
    await tokenPage.open(String(decodeJwt(token).jti));
    const dialog = await tokenPage.startRevoking("This token…");
    await dialog.revoke("Test", "");
    await dialog.outcome.waitFor();
    const answers = await Promise.all([
      authority.verify(token, registry.verifier).then(({ status }) => status),
      other.verify(token, registry.verifier).then(({ status }) => status),
    ]);
    expect(answers).toEqual([401, 401]);
    for (const one of [authority, other]) {
      expect(await one.introspect(token, registry.verifier)).toEqual({ active: false });
      expect(await one.introspect(sibling, registry.verifier)).toMatchObject({ active: true });
    }
  } finally {
    await second.stop();
  }
});
