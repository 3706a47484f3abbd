import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { Browser, Page } from "@playwright/test";
import { GALLERY, pictureName } from "../../fixtures/gallery/pages.ts";
import { makeScene } from "../../fixtures/gallery/scene.ts";
import { sealForPicture } from "../../fixtures/gallery/seal-for-picture.ts";
import { GALLERY_FOLDER, writeGallery } from "../../fixtures/gallery/write-gallery.ts";
import { addressOf, listPageRoutes } from "../../fixtures/page-routes.ts";
import type { Product } from "../../fixtures/product.ts";
import { expect, NOBODY, test } from "../../fixtures/test.ts";
import { untilTakenOver } from "../../pages/alive.ts";

const SCHEMES = ["light", "dark"] as const;
/** Pages for people who are not signed in. */
const OF_NOBODY = new Set(["/sign-in", "/setup", "/step-up"]);
/** Shown while the database waits to be confirmed: the last picture. */
const OF_SEALED = "/restored";
/** In bytes: a gallery is looked at over networks. */
const PICTURE_MOST = 120_000;

test.skip(process.env.UPDATE_PICTURES !== "1", "with UPDATE_PICTURES=1, on the sample organisation");
test.use({
  viewport: { width: 1440, height: 900 },
  contextOptions: { reducedMotion: "reduce" },
  trace: "off",
});

/** Takes a page as it is at rest, as small as it can be read. */
async function take(page: Page, route: string, address: string): Promise<void> {
  await page.goto(address);
  await untilTakenOver(page);
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  await expect(page.getByText(/^Loading/)).toHaveCount(0);
  const session = await page.context().newCDPSession(page);
  for (const scheme of SCHEMES) {
    await page.emulateMedia({ colorScheme: scheme, reducedMotion: "reduce" });
    await expect(page.locator("html")).toHaveAttribute("data-mantine-color-scheme", scheme);
    await page.waitForTimeout(600);
    const { data } = await session.send("Page.captureScreenshot", { format: "webp", quality: 60 });
    const picture = Buffer.from(data, "base64");
    expect.soft(picture.length, `${route} is small enough`).toBeLessThan(PICTURE_MOST);
    writeFileSync(path.join(GALLERY_FOLDER, `${pictureName(route)}-${scheme}.webp`), picture);
  }
  await session.detach();
}

async function asNobody(browser: Browser, product: Product): Promise<Page> {
  const context = await browser.newContext({
    storageState: NOBODY,
    baseURL: product.consoleUrl,
    reducedMotion: "reduce",
    viewport: { width: 1440, height: 900 },
  });
  return context.newPage();
}

test("takes a picture of every page, light and dark, and writes the gallery", async ({
  page,
  browser,
  product,
  ownerApi,
  authority,
}) => {
  test.setTimeout(1_800_000);
  await using stack = new AsyncDisposableStack();
  const routes = GALLERY.flatMap(({ pages }) => pages.map(({ route }) => route));
  expect([...routes].sort(), "the gallery has a line for every page").toEqual(listPageRoutes());
  const scene = await makeScene({ product, owner: ownerApi, authority, stack });
  mkdirSync(GALLERY_FOLDER, { recursive: true });
  for (const file of readdirSync(GALLERY_FOLDER)) rmSync(path.join(GALLERY_FOLDER, file));

  const visitor = await asNobody(browser, product);
  for (const route of routes)
    if (route !== OF_SEALED)
      await test.step(route, () =>
        take(
          OF_NOBODY.has(route) ? visitor : page,
          route,
          route === "/setup" ? scene.setupUrl : addressOf(route, scene.ids),
        ),
      );
  await visitor.context().close();
  await sealForPicture(product, stack);
  await take(page, OF_SEALED, OF_SEALED);
  writeGallery();
});
