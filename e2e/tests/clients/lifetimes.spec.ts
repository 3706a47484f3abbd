import { expect, test } from "../../fixtures/test.ts";

test.describe("with a request that is broken off", () => {
  test.use({ expectedNoise: /net::ERR_FAILED/ });

  test("a lifetime is drawn, moved by keys and typed; the tokens that outlive it end as was shown", async ({
    page,
    ownerApi,
    authority,
    registry,
  }) => {
    const client = await registry.addService({ accessTokenTtlSeconds: 3_600 });
    const tokens = [await authority.issue(client), await authority.issue(client)];
    await page.goto(`/clients/${client.id}`);
    await page.getByRole("link", { name: "Explain and change" }).click();
    await expect(page.getByRole("heading", { level: 1, name: "Lifetimes" })).toBeVisible();

    const slider = page.getByRole("slider", { name: "Access token of a service" });
    const typed = page.getByRole("textbox", { name: "Access token of a service, typed" });
    const save = page.getByRole("button", { name: "Save lifetimes" });
    await expect(slider).toHaveAttribute("aria-valuetext", "1 hour");
    await expect(save).toBeDisabled();

    await test.step("by keyboard", async () => {
      await slider.focus();
      await page.keyboard.press("ArrowRight");
      await expect(slider).toHaveAttribute("aria-valuetext", "1 hour 30 minutes");
      await expect(page.getByText("Above an hour: a stolen one is good for that long.")).toBeVisible();
      await page.keyboard.press("Home");
      await expect(slider).toHaveAttribute("aria-valuenow", "60");
      await page.keyboard.press("End");
      await expect(slider).toHaveAttribute("aria-valuenow", "86400");
    });

    await test.step("by mouse", async () => {
      const box = await slider.boundingBox();
      if (box === null) throw new Error("the slider has no place");
      // a minute, ten minutes and an hour are equally far from each other, in a scale from a second to a year
      const at = (seconds: number) => box.x + (box.width * Math.log(seconds)) / Math.log(365 * 86_400);
      await page.mouse.move(at(86_400), box.y + box.height / 2);
      await page.mouse.down();
      await page.mouse.move(at(1_800), box.y + box.height / 2, { steps: 6 });
      await page.mouse.up();
      await expect(typed).toHaveValue("30 min");
    });

    await test.step("typed", async () => {
      await typed.fill("10 min");
      await typed.press("Enter");
      await expect(slider).toHaveAttribute("aria-valuenow", "600");
      await expect(page.getByText("10 min holds")).toHaveCount(0);
    });

    await save.click();
    const dialog = page.getByRole("dialog", { name: "Tokens outlive the new limits" });
    await expect(dialog).toContainText("2 access tokens outlive the new limits.");
    const end = dialog.getByRole("radio", { name: "End them by their new limits" });
    const busy = dialog.locator("button[data-loading]");
    await test.step("where they cannot be looked at one by one, or have ended meanwhile, it says so and nothing turns for ever", async () => {
      await page.route("**/lifetimes/preview", (route) => route.abort(), { times: 1 });
      await end.check();
      await expect(dialog.getByRole("alert")).toContainText("They were not counted one by one");
      await expect(busy).toHaveCount(0);
      await dialog.getByRole("radio", { name: "Leave them as they were issued" }).check();
      await page.route(
        "**/lifetimes/preview",
        async (route) => {
          const response = await route.fetch();
          await route.fulfill({ response, json: { ...(await response.json()), plan: null } });
        },
        { times: 1 },
      );
      await end.check();
      await expect(dialog).toContainText("None of them is left to be ended.");
      await expect(busy).toHaveCount(0);
      await dialog.getByRole("button", { name: "Back" }).click();
      await save.click();
    });
    await end.check();
    const ends = dialog.getByRole("region", { name: "When they end" }).getByRole("row");
    await expect(ends.filter({ hasText: /\d/ })).not.toHaveCount(0);
    await dialog.getByRole("button", { name: "Save and end 2 tokens" }).click();
    await expect(page.getByText("Saved. New tokens follow it.")).toBeVisible();
    await expect(dialog).toHaveCount(0);

    const saved = await ownerApi.read<{ accessTokenTtlSeconds: number }>(`/api/v1/clients/${client.id}`);
    expect(saved.accessTokenTtlSeconds).toBe(600);
    const { rows } = await ownerApi.read<{
      rows: { target: { kind: string; name: string }; effectiveFrom: string; standing: string }[];
    }>("/api/v1/orders?size=50");
    const mine = rows.filter(({ target }) => target.name.includes(client.clientId));
    expect(mine.map(({ standing }) => standing)).toEqual(mine.map(() => "scheduled"));
    for (const { effectiveFrom } of mine)
      expect(Date.parse(effectiveFrom)).toBeLessThanOrEqual(Date.now() + 600_000);
    for (const token of tokens)
      expect(
        await authority.introspect(token, registry.verifier),
        "their limit is yet to come",
      ).toMatchObject({
        active: true,
      });

    await test.step("nothing outlives it any more", async () => {
      await page.getByRole("button", { name: "Find tokens that outlive these" }).click();
      await expect(page.getByText("No live token outlives the present limits.")).toBeVisible();
    });
  });
});

test("the explanation names the setting that wins, for an audience and a user, and keeps them in the address", async ({
  page,
  ownerApi,
  registry,
}) => {
  const audience = await ownerApi.make<{ id: string }>("/api/v1/audiences", {
    name: `safe-${registry.mark}`,
    title: `Safe ${registry.mark}`,
    resourceUri: `https://safe-${registry.mark}.example.com/`,
    accessTokenTtlMaxSeconds: 300,
  });
  const { client } = await ownerApi.make<{ client: { id: string } }>("/api/v1/clients", {
    kind: "web",
    name: `Shop ${registry.mark}`,
    redirectUris: ["https://shop.example.com/cb"],
    audienceIds: [registry.audience.id, audience.id],
    accessTokenTtlSeconds: 900,
  });
  const user = await ownerApi.make<{ id: string }>("/api/v1/users", {
    email: `ada-${registry.mark}@example.com`,
    name: "Ada",
  });
  await page.goto(`/clients/${client.id}/lifetimes`);
  const chain = page.getByRole("region", { name: "Which setting wins" });
  const access = chain.getByRole("row").filter({ hasText: /^Access token/ });
  await expect(access).toContainText("5 min");
  await expect(access).toContainText(`the audience safe-${registry.mark}: at most 5 min – holds it`);

  await page.getByRole("combobox", { name: "Audience" }).click();
  await page.getByRole("option", { name: `Orders ${registry.mark}` }).click();
  await expect(page).toHaveURL(new RegExp(`audience=${registry.audience.id}`));
  await expect(access).toContainText("this client's own setting: 15 min – wins");
  await expect(access).not.toContainText("holds it");

  await page.getByRole("combobox", { name: "User" }).fill(`ada-${registry.mark}`);
  await page.getByRole("option", { name: `ada-${registry.mark}@example.com` }).click();
  await expect(page).toHaveURL(new RegExp(`user=${user.id}`));
  await expect(page.getByText("This user has no live token of this client.")).toBeVisible();
  await expect(page.getByText("All of it ends at the latest")).toBeVisible();
});
