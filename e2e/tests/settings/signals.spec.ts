import { decodeJwt } from "jose";
import { expectAccessible } from "../../fixtures/accessibility.ts";
import { expect, test } from "../../fixtures/test.ts";

const VERIFICATION = "https://schemas.openid.net/secevent/ssf/event-type/verification";
const SESSION_REVOKED = "https://schemas.openid.net/secevent/caep/event-type/session-revoked";

test.describe("a stream", () => {
  test.use({ expectedNoise: /net::ERR_FAILED/ });

  test("is made, tested, polled by its receiver and paused, and its page says how it stands", async ({
    page,
    registry,
    ownerApi,
    product,
  }) => {
    await page.goto("/settings/signals");
    await page.getByRole("link", { name: "Make a stream" }).first().click();
    await page.getByRole("combobox", { name: "Verifier" }).click();
    await page.getByRole("option", { name: registry.verifier.name }).click();
    await page.getByRole("textbox", { name: "Description" }).fill(`SIEM ${registry.mark}`);
    await page.getByRole("textbox", { name: "Receiver's address" }).fill("https://127.0.0.1/events");
    await page.getByRole("button", { name: "Make the stream" }).click();
    await expect(page.getByRole("textbox", { name: "Receiver's address" })).toHaveAccessibleDescription(
      /address that is not public/,
    );
    await page.getByRole("radio", { name: "Poll" }).check();
    await page.getByRole("button", { name: "Make the stream" }).click();
    await expect(page).toHaveURL(/\/settings\/signals\/streams\/[0-9a-f-]{36}$/);
    const id = page.url().split("/").at(-1) ?? "";
    await expect(page.getByRole("heading", { level: 1 })).toHaveText(`SIEM ${registry.mark}`);
    await expect(page.getByText("Up to date")).toBeVisible();

    await page.getByRole("button", { name: "Test" }).click();
    // orders of other tests are told of to every stream
    await expect(page.getByText(/\d+ events?, since/)).toBeVisible();
    const poll = async (ack: string[] = []) => {
      const response = await fetch(`${product.authorityUrl}/signals/streams/${id}/poll`, {
        method: "POST",
        headers: {
          authorization: `Bearer ${registry.verifier.secret}`,
          "content-type": "application/json",
        },
        body: JSON.stringify({ ack, returnImmediately: true }),
      });
      return ((await response.json()) as { sets: Record<string, string> }).sets;
    };
    const told = (sets: Record<string, string>, what: string) =>
      Object.values(sets).filter((set) => JSON.stringify(decodeJwt(set)).includes(what));
    const first = await poll();
    expect(told(first, VERIFICATION)).toHaveLength(1);
    // and orders that were placed meanwhile
    await expect(async () => {
      let sets = await poll(Object.keys(first));
      while (Object.keys(sets).length > 0) {
        expect(told(sets, VERIFICATION)).toEqual([]);
        sets = await poll(Object.keys(sets));
      }
      await page.reload();
      await expect(page.getByText("nothing")).toBeVisible({ timeout: 2_000 });
    }).toPass({ timeout: 30_000 });

    const user = await ownerApi.make<{ id: string }>("/api/v1/users", {
      name: "Ana Lima",
      email: `ana-${registry.mark}@example.com`,
      groupIds: [],
    });
    await ownerApi.make(`/api/v1/users/${user.id}/revoke`, { reason: "policy", note: "" });
    await expect
      .poll(async () => told(await poll(), user.id), "the worker tells of the order")
      .toHaveLength(1);

    await page.getByRole("button", { name: "More" }).click();
    await page.getByRole("menuitem", { name: "Pause…" }).click();
    await expectAccessible(page, "the dialog that pauses a stream");
    await page.getByRole("dialog").getByRole("button", { name: "Pause the stream" }).click();
    await expect(page.getByText("Paused").first()).toBeVisible();
    // the network is gone for a moment
    await page.route("**/status", (route) => route.abort());
    await page.getByRole("button", { name: "More" }).click();
    await page.getByRole("menuitem", { name: "Enable" }).click();
    await expect(page.getByText("The console could not be reached.")).toBeVisible();
    await page.unroute("**/status");
    await page.goto("/settings/signals");
    await expect(page.getByRole("row").filter({ hasText: `SIEM ${registry.mark}` })).toContainText("Paused");
    await page.goto(`/verifiers/${registry.verifier.id}`);
    await page.getByRole("link", { name: `SIEM ${registry.mark}` }).click();
    await expect(page).toHaveURL(new RegExp(`/settings/signals/streams/${id}$`));
  });
});

test("a peer is added, its secret is shown once, and what is done at its events is on its page", async ({
  page,
  registry,
  ownerApi,
}) => {
  await page.goto("/settings/signals/peers/new");
  await page.getByRole("textbox", { name: "Name" }).fill(`IdP ${registry.mark}`);
  await page.getByRole("textbox", { name: "Issuer (iss)" }).fill("https://idp.example.com");
  await page.getByRole("textbox", { name: "Address of its keys (jwks_uri)" }).fill("https://1.1.1.1/jwks");
  await page.getByRole("textbox", { name: "Audience (aud)" }).fill("https://tokenwarden.example.com");
  await page.getByRole("combobox", { name: "Session revoked" }).click();
  await page.getByRole("option", { name: "Suspend" }).click();
  await page.getByRole("textbox", { name: "Hours (Session revoked)" }).fill("6");
  await page.getByRole("button", { name: "Add the peer" }).click();
  await expect(page.getByText(/^twp_/)).toBeVisible();
  await page.getByRole("link", { name: "Open the peer" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(`IdP ${registry.mark}`);
  await expect(page.getByText("Session revoked: suspend for 6 hours")).toBeVisible();
  await expect(page.getByText(/twp_/)).toHaveCount(0);
  const { rows } = await ownerApi.read<{ rows: { name: string; policies: object[] }[] }>(
    "/api/v1/signal-receivers",
  );
  expect(rows.find((row) => row.name === `IdP ${registry.mark}`)?.policies).toEqual([
    { eventType: SESSION_REVOKED, action: "suspend", hours: 6 },
  ]);
});
