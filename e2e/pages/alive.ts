import { expect, type Locator, type Page } from "@playwright/test";

/** Waits until React has taken over what the server sent, and has put what came late into its place: until then it stands in the document twice. Pages without it, the authority's and others', are as they are. */
export async function untilTakenOver(page: Page): Promise<void> {
  await page.waitForFunction(() => {
    if (!("__next_f" in window)) return true;
    const name = Object.keys(document).find((key) => key.startsWith("__reactContainer"));
    if (name === undefined) return false;
    const { stateNode } = (document as unknown as Record<string, Fiber>)[name] as Fiber;
    const isWaiting = document.querySelector('[hidden][id^="S:"]') !== null;
    return !isWaiting && stateNode.current.memoizedState.isDehydrated === false;
  });
}

/** What of React's own tree says whether a page is still as the server sent it. */
type Fiber = { stateNode: { current: { memoizedState: { isDehydrated: boolean } } } };

/** Waits until the page's script has taken over its forms: a browser that is driven types faster than any person. */
export async function untilAlive(page: Page): Promise<void> {
  await page.waitForFunction(() => {
    const forms = [...document.querySelectorAll("form")];
    return (
      forms.length > 0 &&
      forms.every((form) => Object.keys(form).some((key) => key.startsWith("__reactProps")))
    );
  });
}

/** The same of a page without a form, by one of its fields. */
export async function untilTakesKeys(field: Locator): Promise<void> {
  await expect
    .poll(() => field.evaluate((input) => Object.keys(input).some((key) => key.startsWith("__reactProps"))))
    .toBe(true);
  // React has seen the field: what it sets up with the whole page comes before the browser has nothing to do
  await field.evaluate(() => new Promise((resolve) => requestIdleCallback(resolve, { timeout: 2_000 })));
}
