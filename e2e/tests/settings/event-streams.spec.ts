import { expectAccessible } from "../../fixtures/accessibility.ts";
import { expect, test } from "../../fixtures/test.ts";
import { startSink } from "../../fixtures/webhook-sink.ts";

test("a stream is made, its key shown once, tested with the sink's answer told, fails and recovers, is sent again and removed", async ({
  page,
  registry,
  ownerApi,
  product,
}) => {
  const sink = await startSink(product.sinkUrl);
  const name = `SIEM ${registry.mark}`;
  await page.goto("/settings/event-streams/new");
  await page.getByRole("textbox", { name: "Name" }).fill(name);
  await page.getByRole("textbox", { name: "Address" }).fill("https://127.0.0.1/ingest");
  await page.getByRole("button", { name: "Make the stream" }).click();
  await expect(page.getByRole("textbox", { name: "Address" })).toHaveAccessibleDescription(
    /address that is not public/,
  );
  await page.getByRole("textbox", { name: "Address" }).fill(`${product.sinkUrl}/ingest`);
  await page.getByRole("checkbox", { name: "Token uses" }).uncheck();
  await page.getByRole("button", { name: "Make the stream" }).click();
  await expect(page.getByText(/^whsec_/)).toBeVisible();
  await page.getByRole("link", { name: "Open the stream" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(name);
  await expect(page.getByText(/whsec_/)).toHaveCount(0);
  await expect.poll(() => sink.bodies.join(""), "acts arrive").toContain("event_stream.created");

  await page.getByRole("button", { name: "Test", exact: true }).click();
  await expect(page.getByText("The sink answers 202: thanks.")).toBeVisible();
  expect(sink.bodies.join("")).toContain('"isTest":true');

  Object.assign(sink.answer, { status: 503, text: "full" });
  await ownerApi.make("/api/v1/groups", { name: `Streamed ${registry.mark}` });
  // the page follows what is delivered and what fails by itself
  await expect(page.getByText("Failing")).toBeVisible();
  await expect(page.getByText(/The sink answers 503: full/)).toBeVisible();
  Object.assign(sink.answer, { status: 202, text: "thanks" });
  await expect(page.getByText("Up to date")).toBeVisible({ timeout: 20_000 });
  const tried = sink.bodies.filter((body) => body.includes(`Streamed ${registry.mark}`));
  expect(tried.length, "what was refused comes once more").toBeGreaterThan(1);
  expect(tried.at(-1)).toContain("group.created");

  await page.getByRole("button", { name: "More" }).click();
  await page.getByRole("menuitem", { name: "Pause…" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Pause the stream" }).click();
  await expect(page.getByText("Paused").first()).toBeVisible();
  await page.getByRole("button", { name: "More" }).click();
  await page.getByRole("menuitem", { name: "Send again…" }).click();
  await expectAccessible(page, "the dialog that sends again");
  await page.getByRole("dialog").getByRole("button", { name: "Send again" }).click();
  await expect(page.getByText("The stream is back at that point")).toBeVisible();
  sink.bodies.length = 0;
  await page.getByRole("button", { name: "Resume" }).click();
  await expect.poll(() => sink.bodies.join(""), "it comes again").toContain("event_stream.created");

  await page.getByRole("button", { name: "More" }).click();
  await page.getByRole("menuitem", { name: "Remove…" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Remove the stream" }).click();
  await expect(page).toHaveURL("/settings/event-streams");
  await expect(page.getByText(name)).toHaveCount(0);
  await sink.close();
});
