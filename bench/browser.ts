import { existsSync } from "node:fs";
import { type Browser, chromium, type Page } from "@playwright/test";
import { Secret, TOTP } from "otpauth";

const SYSTEM_BROWSERS = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

/** A Chromium that can be started here, or null. */
export function findBrowser(): string | null {
  const files = [process.env.CHROMIUM_PATH ?? "", chromium.executablePath(), ...SYSTEM_BROWSERS];
  return files.find((file) => file !== "" && existsSync(file)) ?? null;
}

export async function openBrowser(stack: AsyncDisposableStack): Promise<Browser> {
  const browser = await chromium.launch({
    executablePath: findBrowser() as string,
    args: [...(process.getuid?.() === 0 ? ["--no-sandbox"] : []), "--disable-background-networking"],
  });
  stack.defer(() => browser.close());
  return browser;
}

/** Signs somebody in who has no second factor yet, and enrols one. */
export async function signIn(
  page: Page,
  { email, password }: { email: string; password: string },
): Promise<void> {
  await page.goto("/sign-in", { waitUntil: "networkidle" });
  await page.getByLabel("E-mail").fill(email);
  await page.locator('input[name="password"]').fill(password);
  await page.getByRole("button", { name: "Continue" }).click();
  await page.getByLabel("Six-digit code").fill("000000");
  await page.getByRole("button", { name: "Sign in" }).click();
  const form = page.getByRole("form", { name: "Second factor" });
  const key = ((await form.locator("code").textContent()) ?? "").replaceAll(/\s/g, "");
  await page.getByLabel("Six-digit code").fill(new TOTP({ secret: Secret.fromBase32(key) }).generate());
  await form.getByRole("button").last().click();
  await page.waitForURL((url) => url.pathname === "/");
}
