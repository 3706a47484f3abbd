import { expectAccessible } from "../../fixtures/accessibility.ts";
import { FeedVerifier } from "../../fixtures/feed-verifier.ts";
import { expect, test } from "../../fixtures/test.ts";

test("the board follows an order to the last acknowledgement without a reload, and says until when the others can accept", async ({
  page,
  authority,
  ownerApi,
  product,
  registry,
}) => {
  const make = (name: string, more: object) =>
    ownerApi.make<{ verifier: { id: string }; secret: string }>("/api/v1/verifiers", {
      name: `${name}-${registry.mark}`,
      audienceIds: [registry.audience.id],
      ...more,
    });
  const heard = await make("follows", { checkWay: "feed" });
  await make("alone", { checkWay: "jwks" });
  const client = await registry.addService();
  const token = await authority.issue(client);
  await authority.introspect(token, registry.verifier);
  // that it asks is written within five seconds; until then nobody knows how it checks
  const asked = () =>
    ownerApi.read<{ lastSeenAt: string | null }>(`/api/v1/verifiers/${registry.verifier.id}`);
  await expect.poll(async () => (await asked()).lastSeenAt, { timeout: 12_000 }).not.toBeNull();
  const verifier = new FeedVerifier(product.authorityUrl, heard.secret);
  await verifier.follow();
  await verifier.acknowledge();

  const jti = JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString()).jti as string;
  const { order } = await ownerApi.make<{ order: { id: string; createdAt: string } }>(
    `/api/v1/tokens/${jti}/revoke`,
    { reason: "token_leaked", note: "" },
  );
  await page.goto(`/verifiers/propagation?order=${order.id}`);
  const row = (name: string) => page.getByRole("row", { name: new RegExp(`^${name}-${registry.mark}`) });
  await expect(row("gateway")).toContainText("refuses since");
  await expect(row("gateway")).toContainText("Asks at each use");
  await expect(row("follows")).toContainText("can accept until");
  await expect(row("follows")).toContainText("0 of 1 instance acknowledged");
  await expect(row("alone")).toContainText("Checks signatures alone");
  await expect(page.getByRole("status").filter({ hasText: "can still accept it" })).toContainText(
    "2 of 3 verifiers can still accept it",
  );

  await verifier.follow();
  await verifier.acknowledge();
  await expect(row("follows")).toContainText("refuses since");
  await expect(row("follows")).toContainText("Has the order.");
  await expect(row("alone")).toContainText("can accept until");
  // what the board says is what the database was told, and no earlier than the order
  const journey = await ownerApi.read<{ rows: { name: string; acknowledgedAt: string | null }[] }>(
    `/api/v1/orders/${order.id}/propagation`,
  );
  const acknowledgedAt = journey.rows.find(({ name }) => name.startsWith("follows"))?.acknowledgedAt ?? "";
  expect(Date.parse(acknowledgedAt)).toBeGreaterThanOrEqual(Date.parse(order.createdAt));
  await expectAccessible(page, "the board");

  await page.getByText(/^Can accept \d/).click();
  await expect(page).toHaveURL(/state=open/);
  await expect(row("follows")).toHaveCount(0);
  await page.reload();
  await expect(row("alone")).toBeVisible();
  await expect(row("gateway")).toHaveCount(0);

  await page.goto(`/orders/${order.id}`);
  await expect(row("follows")).toContainText("refuses since");
  await page.goto(`/tokens/${jti}`);
  await expect(row("alone")).toContainText("can accept until");

  const list = await ownerApi.read<{ rows: { name: string; propagation: { standing: string } }[] }>(
    `/api/v1/verifiers?audience=${registry.audience.name}`,
  );
  expect(list.rows.map(({ name, propagation }) => [name.split("-")[0], propagation.standing])).toEqual([
    ["alone", "by_itself"],
    ["follows", "in_step"],
    ["gateway", "in_step"],
  ]);
});
