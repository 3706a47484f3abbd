import { expectAccessible, overflowOf } from "../../fixtures/accessibility.ts";
import { Application } from "../../fixtures/application.ts";
import { expect, NOBODY, test } from "../../fixtures/test.ts";
import { AuthorityPages } from "../../pages/authority-pages.ts";

test.use({ storageState: NOBODY });

test("login, its refusal and consent are accessible and fit, light and dark, wide and narrow", async ({
  page,
  product,
  registry,
  ownerApi,
  callback,
}) => {
  const clientId = `desk-${registry.mark}`;
  const email = `eva-${registry.mark}@example.com`;
  const password = "a long sentence for eva";
  const { secret } = await ownerApi.make<{ secret: string }>("/api/v1/clients", {
    kind: "web",
    name: "Desk",
    clientId,
    redirectUris: [callback.uri],
    audienceIds: [registry.audience.id],
    permissionIds: registry.audience.permissionIds,
  });
  await ownerApi.make("/api/v1/users", { name: "Eva", email, password, groupIds: [registry.group.id] });
  const application = await Application.discover(product.authorityUrl, clientId, secret, callback.uri);
  const pages = new AuthorityPages(page);

  async function expectSound(name: string): Promise<void> {
    for (const viewport of [
      { width: 1440, height: 900 },
      { width: 360, height: 640 },
    ])
      for (const colorScheme of ["light", "dark"] as const) {
        await page.setViewportSize(viewport);
        await page.emulateMedia({ colorScheme });
        await expect.poll(() => overflowOf(page), name).toBe(0);
        await expectAccessible(page, `${name}, ${viewport.width}, ${colorScheme}`);
      }
  }

  await expect
    .poll(async () => {
      await page.goto(await application.startSignIn(`openid ${registry.permissions.join(" ")}`));
      return page.getByLabel("E-mail address").count();
    })
    .toBe(1);
  await expectSound("login");
  await pages.signIn(email, "wrong");
  await expect(pages.alert).toBeVisible();
  await expectSound("login, refused");
  await pages.signIn(email, password);
  await expect(pages.consent).toBeVisible();
  await expectSound("consent");
  await pages.allow();
  await page.waitForURL((url) => url.href.startsWith(callback.uri));
  await page.goto(await application.startSignIn(`openid profile ${registry.permissions.join(" ")}`));
  await expect(page.getByText("It asks for more now")).toBeVisible();
  await expect(pages.permissions.filter({ hasText: "New" })).toHaveCount(1);
  await expectSound("consent, asked for more");
});
