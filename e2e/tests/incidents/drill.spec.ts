import { signIn } from "#bench/browser.ts";
import { faultsOf, runDrill, untilBusy } from "#bench/drill/run-drill.ts";
import { startDemo } from "#bench/drill/start-demo.ts";
import { expect, NOBODY, test } from "../../fixtures/test.ts";

/** 170 mm in CSS pixels. */
const A4_WITHIN_MARGINS = 643;

test.use({ storageState: NOBODY });

test("with the sample organisation at work, a stolen token goes from the paste to the evidence pack in few clicks; its thief is refused, and that is in the pack", async ({
  browser,
}) => {
  test.setTimeout(180_000);
  await using stack = new AsyncDisposableStack();
  const demo = await startDemo(stack);
  const page = await browser.newPage({ baseURL: demo.console, storageState: NOBODY });
  await signIn(page, demo.owner);
  await untilBusy(page);
  await page.goto("/", { waitUntil: "networkidle" });
  const sent: string[] = [];
  page.on("request", (request) => sent.push(`${request.url()}\n${request.postData() ?? ""}`));

  const drill = await runDrill(page, demo);

  expect(faultsOf(drill, { clicksMax: 12, secondsMax: 60 })).toEqual([]);
  expect(drill.pack).toContain("The token is revoked");
  expect(sent.join("\n"), "what left the browser").not.toContain(drill.leaked.slice(-40));
  const entries = await page.request.get(
    `/api/v1/audit-entries?target=incident&q=${encodeURIComponent(`#${drill.number} `)}`,
  );
  const { rows } = (await entries.json()) as { rows: { act: string }[] };
  expect(rows.map(({ act }) => act)).toContain("incident.evidence_exported");
  await page.close();

  // on paper, with the margins of a letter
  const paper = await browser.newPage({ viewport: { width: A4_WITHIN_MARGINS, height: 971 } });
  await paper.setContent(drill.pack);
  await paper.emulateMedia({ media: "print" });
  const width = await paper.evaluate(() => document.documentElement.scrollWidth);
  expect(width, "nothing is cut off at the edge of a page").toBeLessThanOrEqual(A4_WITHIN_MARGINS);
  const last = paper.locator("table").last().locator("tbody tr").last();
  await expect(last).toContainText(/evidence/i);
  const box = await last.boundingBox();
  expect((box?.x ?? 0) + (box?.width ?? Number.POSITIVE_INFINITY)).toBeLessThanOrEqual(A4_WITHIN_MARGINS);
  const margin = "20mm";
  const pdf = await paper.pdf({
    format: "A4",
    margin: { top: margin, bottom: margin, left: margin, right: margin },
    outline: true,
    tagged: true,
  });
  for (const heading of ["Who did what", "Integrity"])
    expect(pdf.toString("latin1"), heading).toContain(`(${heading})`);
  await paper.close();
});
