import { decodeJwt } from "jose";
import { holdTable } from "../../fixtures/hold-table.ts";
import { EVERYBODY, expect, test } from "../../fixtures/test.ts";
import { TokensPage } from "../../pages/tokens-page.ts";

test("a search that takes too long says so in the place of the rows, and leaves its filters to be narrowed", {
  lock: EVERYBODY,
}, async ({ page, product, authority, registry }) => {
  const client = await registry.addService();
  const token = String(decodeJwt(await authority.issue(client)).jti);
  const tokens = new TokensPage(page);
  await tokens.open({ client: client.clientId });
  const release = await holdTable(product, "token_usage");
  const failure = page.getByRole("main").getByRole("alert");
  try {
    await tokens.type(`client:${client.clientId} neverUsed:true`);
    await expect(failure).toContainText("The tokens could not be listed");
    await expect(failure).toContainText("This search takes too long. Narrow it");
    await expect(tokens.chips).toHaveCount(2);
    await expect(tokens.query).toHaveValue(`client:${client.clientId} neverUsed:true`);
    await expect(tokens.nothing, "that is not said to match nothing").toHaveCount(0);
  } finally {
    await release();
  }
  await failure.getByRole("button", { name: "Try again" }).click();
  await expect.poll(() => tokens.ids()).toEqual([token]);
  await expect(tokens.total).toHaveText("1 token");
});
