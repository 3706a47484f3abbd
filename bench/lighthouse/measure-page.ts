import type { Lighthouse, LighthouseResult } from "./get-lighthouse.ts";
import { CATEGORIES, type Category, PAGE_MAX_MS, PAGE_WAIT_MS } from "./settings.ts";

export type Measured = {
  scores: Record<Category, number>;
  lcpMs: number;
  blockingMs: number;
  layoutShift: number;
  version: string;
};

function read(lhr: LighthouseResult): Measured {
  const numberOf = (name: string) => {
    const value = lhr.audits[name]?.numericValue;
    if (value === undefined) throw new Error(`Lighthouse has no ${name}`);
    return value;
  };
  const scoreOf = (category: Category) => {
    const score = lhr.categories[category]?.score ?? null;
    if (score === null) throw new Error(`Lighthouse has no score for ${category}`);
    return Math.round(score * 100);
  };
  return {
    scores: {
      performance: scoreOf("performance"),
      accessibility: scoreOf("accessibility"),
      "best-practices": scoreOf("best-practices"),
    },
    lcpMs: numberOf("largest-contentful-paint"),
    blockingMs: numberOf("total-blocking-time"),
    layoutShift: numberOf("cumulative-layout-shift"),
    version: lhr.lighthouseVersion,
  };
}

/**
 * One page, once, by the desktop preset, as who is signed in by a cookie.
 *
 * @throws where another page was shown, such as the sign-in page, or Lighthouse could not measure it in time.
 */
export async function measurePage(
  { default: lighthouse, desktopConfig }: Lighthouse,
  { url, cookie, port }: { url: string; cookie: string; port: number },
): Promise<Measured> {
  const timedOut = AbortSignal.timeout(PAGE_MAX_MS);
  const result = await Promise.race([
    lighthouse(
      url,
      {
        port,
        output: "json",
        logLevel: "error",
        extraHeaders: { Cookie: cookie },
        onlyCategories: [...CATEGORIES],
        disableStorageReset: true,
        maxWaitForLoad: PAGE_WAIT_MS,
      },
      desktopConfig,
    ),
    new Promise<never>((_, reject) => {
      timedOut.addEventListener("abort", () =>
        reject(new Error(`${url} took over ${PAGE_MAX_MS / 1_000} s`)),
      );
    }),
  ]);
  if (result === undefined) throw new Error(`${url} was not measured`);
  const { lhr } = result;
  if (lhr.runtimeError !== undefined) throw new Error(`${url}: ${lhr.runtimeError.message}`);
  if (new URL(lhr.finalDisplayedUrl).pathname !== new URL(url).pathname)
    throw new Error(`${url} led to ${lhr.finalDisplayedUrl}`);
  return read(lhr);
}
