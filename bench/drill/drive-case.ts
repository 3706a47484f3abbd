import { readFile } from "node:fs/promises";
import type { Locator, Page } from "@playwright/test";

const STEP_MS = 15_000;

/** What a responder did and saw; times of `performance.now()`. */
export type DrivenCase = {
  number: number;
  clicks: number;
  /** From the paste to the file that is there. */
  seconds: number;
  /** When the revocation was confirmed. */
  revokedAt: number;
  /** The evidence pack, HTML. */
  pack: string;
};

export type DriveOptions = {
  leaked: string;
  /** Comes back once the attacker has been refused: what is in the pack then is looked at by the caller. */
  untilRefused(): Promise<unknown>;
  /** How many of the attacker's calls the page has to show as refused before it goes on. */
  refusedCalls: number;
};

/** Pastes where the focus is, as a person does. */
function paste(page: Page, text: string): Promise<void> {
  return page.evaluate((pasted) => {
    const clipboardData = new DataTransfer();
    clipboardData.setData("text", pasted);
    const event = new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true });
    document.activeElement?.dispatchEvent(event);
  }, text);
}

/**
 * Answers a leak as a responder does, from the overview on: pastes at the Leak desk, opens the case, looks at what the token opens, revokes it, waits for the
 * attacker's refused calls, and takes the evidence pack.
 *
 * @throws where a page does not show what it has to.
 */
export async function driveCase(page: Page, options: DriveOptions): Promise<DrivenCase> {
  let clicks = 0;
  const click = async (what: Locator) => {
    clicks += 1;
    await what.click({ timeout: STEP_MS });
  };
  const seen = (what: Locator) => what.first().waitFor({ timeout: STEP_MS });
  const step = (name: string) => page.getByRole("region", { name, exact: true });

  await click(page.getByRole("navigation", { name: "Console" }).getByRole("link", { name: "Leak desk" }));
  await seen(page.locator("textarea:focus, input:focus"));
  const pastedAt = performance.now();
  await paste(page, `Found in a gist:\nAuthorization: Bearer ${options.leaked}`);
  await seen(page.getByRole("status").filter({ hasText: "Ours and live" }));
  await click(page.getByRole("button", { name: "Open a case" }));
  await page.waitForURL(/\/incidents\/\d+$/, { timeout: STEP_MS });
  const number = Number(page.url().split("/").at(-1));
  await click(page.getByRole("button", { name: "Mark done: Blast radius" }));

  await click(page.getByRole("button", { name: "Take back the token…" }));
  const dialog = page.getByRole("dialog");
  const confirm = dialog.getByRole("button", { name: /^Revoke / });
  await seen(dialog.getByText(/token(?:s)? stops? working/));
  await confirm.and(page.locator(":enabled")).waitFor({ timeout: STEP_MS });
  const revokedAt = performance.now();
  await click(confirm);
  await seen(dialog.getByText(/stopped working/));
  await page.keyboard.press("Escape");
  await seen(page.getByText("Contained", { exact: true }));

  await options.untilRefused();
  const refused = step("Audit").getByRole("button", { name: /Refused after/ });
  const until = performance.now() + STEP_MS;
  while (
    Number(/[\d,]+(?=\D*$)/.exec((await refused.textContent()) ?? "")?.[0].replaceAll(",", "") ?? 0) <
    options.refusedCalls
  ) {
    if (performance.now() > until)
      throw new Error(`the case does not show ${options.refusedCalls} refused calls`);
    await page.waitForTimeout(50);
  }
  await click(page.getByRole("button", { name: "Mark done: Audit" }));
  await seen(step("Audit").getByText(/Done by/));

  const download = page.waitForEvent("download", { timeout: STEP_MS });
  await click(page.getByRole("button", { name: "Evidence pack", exact: true }));
  const pack = await readFile(await (await download).path(), "utf8");
  return { number, clicks, seconds: (performance.now() - pastedAt) / 1_000, revokedAt, pack };
}
