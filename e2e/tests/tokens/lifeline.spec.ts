import type { Page } from "@playwright/test";
import { decodeJwt } from "jose";
import { expect, test } from "../../fixtures/test.ts";
import { TokenPage } from "../../pages/token-page.ts";

const WIDTHS = [1440, 1024, 768, 390, 360];

/** What stands on other words or is crossed by a line on the lifeline, and what is out of its card; a line each. */
function faultsOf(page: Page): Promise<string[]> {
  return page.locator("figure:has([data-mark])").evaluate((figure) => {
    const boxesOf = (selector: string) =>
      [...figure.querySelectorAll<HTMLElement>(selector)]
        .filter((element) => element.getClientRects().length > 0)
        .map((element) => ({ says: element.textContent || "a line", box: element.getBoundingClientRect() }));
    const [words, lines] = [boxesOf("[data-words]"), boxesOf("[data-mark]")];
    const card = (figure.closest("section") as HTMLElement).getBoundingClientRect();
    const meet = (one: DOMRect, other: DOMRect) =>
      one.left < other.right && other.left < one.right && one.top < other.bottom && other.top < one.bottom;
    const faults: string[] = words.length === 0 ? ["there are no words"] : [];
    for (const [index, word] of words.entries()) {
      if (word.box.left < card.left || word.box.right > card.right)
        faults.push(`${word.says} is out of its card`);
      for (const other of words.slice(index + 1))
        if (meet(word.box, other.box)) faults.push(`${word.says} stands on ${other.says}`);
      for (const line of lines) if (meet(word.box, line.box)) faults.push(`a line goes through ${word.says}`);
    }
    return faults;
  });
}

async function expectLegible(page: Page, name: string): Promise<void> {
  for (const width of WIDTHS) {
    await page.setViewportSize({ width, height: 844 });
    await expect.poll(() => faultsOf(page), `${name} at ${width}`).toEqual([]);
  }
}

test("the lifeline's words are legible at every width, and the revocation is in sight", async ({
  page,
  ownerApi,
  authority,
  registry,
}) => {
  const client = await registry.addService({ accessTokenTtlSeconds: 3_600 });
  const [unused, used, live] = [
    await authority.issue(client),
    await authority.issue(client),
    await authority.issue(client),
  ].map((token) => ({ token, id: String(decodeJwt(token).jti) }));
  if (!unused || !used || !live) throw new Error("three tokens were issued");
  await authority.verify(used.token, registry.verifier);
  const { id: planId } = await ownerApi.make<{ id: string }>("/api/v1/plans", {
    verb: "suspend",
    target: { kind: "token", id: used.id },
  });
  await ownerApi.make("/api/v1/orders", { planId, reason: "test", note: "" });
  for (let call = 0; call < 2; call += 1) await authority.verify(used.token, registry.verifier);
  for (const { id } of [unused, used])
    await ownerApi.make(`/api/v1/tokens/${id}/revoke`, { reason: "test", note: "" });
  await authority.verify(used.token, registry.verifier);

  const tokenPage = new TokenPage(page);
  await tokenPage.open(live.id);
  await expect(page.getByText("Not used in this time.").locator("visible=true")).toBeVisible();
  await expectLegible(page, "a live token");

  await tokenPage.open(unused.id);
  await expectLegible(page, "a token that was revoked unused");

  await page.setViewportSize({ width: 390, height: 844 });
  await tokenPage.open(used.id);
  const revoked = page.locator("figure [data-words]").filter({ hasText: "revoked" }).locator("visible=true");
  await expect(page.getByText("Refused: 2 as suspended, 1 as revoked.")).toBeVisible();
  await expect(revoked).toBeInViewport({ ratio: 1 });
  await expectLegible(page, "a token that was refused while it was suspended, and after its revocation");
});
