import { writeFileSync } from "node:fs";
import { ConsoleApi } from "../fixtures/console-api.ts";
import { OWNER_FILE, OWNER_STATE, type Owner } from "../fixtures/product.ts";
import { registerOwnerPasskey } from "../fixtures/prove-owner.ts";
import { expectSound } from "../fixtures/sound-page.ts";
import { expect, test } from "../fixtures/test.ts";
import { codeOf } from "../fixtures/totp.ts";
import { untilAlive } from "../pages/alive.ts";
import { EnrolmentPage } from "../pages/enrolment-page.ts";
import { AudienceForm, ClientForm } from "../pages/registry-forms.ts";

const OWNER = { name: "Olive Owner", email: "olive@example.com", password: "a sentence is easier to keep" };

test("the link that the start prints leads to an owner, an organisation and a console that is alive, once", async ({
  page,
  browser,
  product,
}) => {
  await page.goto("/");
  await expect(page.getByRole("heading", { level: 1 }), "nobody can sign in yet").toHaveText("Set-up is due");
  await expect(page.getByText("npx tokenwarden setup-link")).toBeVisible();

  const enrolment = new EnrolmentPage(page);
  await enrolment.open(product.setupUrl);
  await enrolment.name.fill(OWNER.name);
  await enrolment.email.fill(OWNER.email);
  await enrolment.password.fill("too short");
  await enrolment.continue();
  await expect(page.getByText("Must have at least 12 characters")).toBeVisible();
  await enrolment.password.fill(OWNER.password);
  await enrolment.continue();
  await expect(enrolment.qrCode).toBeVisible();
  const totpSecret = await enrolment.readKey();
  const signingIn = page.waitForRequest("**/api/auth/callback/credentials");
  const signedInAt = Date.now();
  await enrolment.finish(codeOf(totpSecret), "Create the owner");
  await signingIn;
  const button = page.getByRole("button", { name: "Create the owner" });
  const isBusy = await button.isDisabled({ timeout: 1_000 }).catch(() => "gone");
  expect(isBusy, "the link is used up: nobody can press again").not.toBe(false);

  await expect(page).toHaveURL("/setup?step=organisation");
  await untilAlive(page);
  await page.getByRole("textbox", { name: "Organisation" }).fill("Example Works");
  await page.getByRole("button", { name: "Save and go on" }).click();
  await expect(page.getByText("npm run demo")).toBeVisible();
  await expect(
    page.getByRole("link", { name: "Create an audience" }),
    "it comes before the client",
  ).toBeVisible();
  await page.getByRole("link", { name: "Go to the overview" }).click();
  await expect(page).toHaveURL("/");
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  await expect(page.getByRole("button", { name: /^live\./ }).first()).toBeVisible();

  await page.context().storageState({ path: OWNER_STATE });
  const own = new ConsoleApi(page.request, product.consoleUrl);
  const passkey = await registerOwnerPasskey(own, product.consoleUrl);
  const owner: Owner = { ...OWNER, totpSecret, passkey, signedInAt };
  writeFileSync(OWNER_FILE, JSON.stringify(owner));

  const stranger = await browser.newPage({ baseURL: product.consoleUrl });
  await stranger.goto(product.setupUrl);
  await expect(stranger.getByRole("heading", { name: "This link no longer works" })).toBeVisible();
  await expect(stranger.getByLabel("Your name")).toHaveCount(0);
  await stranger.close();
});

/** What stands on a page as long as there is nothing, and what it offers; null where it can only be waited for. */
const EMPTY: [path: string, says: string, offers: string | null][] = [
  ["/tokens", "No token has been issued yet", "Create an audience"],
  ["/users", "No user yet", "Create a user"],
  ["/groups", "No group yet", "Create a group"],
  ["/clients", "No client yet", "Create an audience"],
  ["/audiences", "No audience yet", "Create an audience"],
  ["/verifiers", "No verifier yet", "Register a verifier"],
  ["/verifiers/propagation", "No order yet", "Go to the tokens"],
  ["/detections", "Nothing unusual", null],
  ["/incidents", "No case yet", "To the Leak desk"],
  ["/audit", "No token was used yet", null],
  ["/audit/refused", "Nothing of the kind", null],
  ["/approvals", "Nothing waits, and nothing has", "Four eyes…"],
  ["/orders", "Nothing was taken back yet", null],
  ["/notifications?kind=approval_waiting", "Nothing of this kind", "What you are told of"],
  ["/api-tokens", "No API token yet", "Create an API token"],
  ["/settings/signals", "No peer yet", "Add a peer"],
  ["/settings/event-streams", "No stream yet", "Make a stream"],
  ["/settings/scanners", "No scanner reports here yet", "Let a scanner in"],
  ["/settings/sign-in", "No provider is set up", "Add a provider"],
  ["/settings/mail", "No mail was written yet.", null],
];

test.describe("the owner of an empty organisation", () => {
  test.use({ storageState: OWNER_STATE });
  test.skip(process.env.UPDATE_PICTURES === "1", "the sample organisation has all of it");

  test("reads on every list what would stand there and how it comes to be, accessible in each face", async ({
    page,
  }) => {
    test.setTimeout(180_000);
    for (const [path, says, offers] of EMPTY) {
      await page.goto(path);
      const main = page.getByRole("main");
      await expect(main.getByText(says, { exact: true }), path).toBeVisible();
      if (offers !== null) await expect(main.getByRole("link", { name: offers }).first(), path).toBeVisible();
      await expectSound(page, `${path}, empty`);
    }
  });

  test("is told what comes next, after the first audience and the first client too", async ({ page }) => {
    await page.goto("/");
    await page.getByRole("link", { name: "Create an audience" }).click();
    const audience = new AudienceForm(page);
    await audience.field("Title").fill("First");
    await audience.field("Name").fill("first");
    await audience.field("Resource").fill("https://first.example.com/");
    await audience.save("Create");
    const next = page.getByRole("link", { name: "Register a client" });
    await expect(next, "the audience's page says what comes next").toHaveAttribute("href", "/clients/new");
    await page.goto("/");
    await expect(next, "and so does the overview").toHaveAttribute("href", "/clients/new");

    await next.click();
    const client = new ClientForm(page);
    await client.chooseKind("Service");
    await client.field("Name").fill("First client");
    await client.pick("First");
    await client.save("Register");
    await expect(page.getByRole("link", { name: "Open the client" })).toBeVisible();
    await expect(
      page.getByRole("link", { name: "Register a verifier" }),
      "nothing checks its tokens yet",
    ).toHaveAttribute("href", "/verifiers/new");
  });
});
