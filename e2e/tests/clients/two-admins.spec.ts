import { expect, test } from "../../fixtures/test.ts";

test("an open form follows what another admin saves until it is touched; from then on saving it is refused with what changed, and nothing is lost", async ({
  page,
  ownerApi,
  registry,
}) => {
  const { id } = await registry.addService();
  const url = `/api/v1/clients/${id}`;
  const read = () => ownerApi.read<{ name: string; description: string; version: number }>(url);
  const another = async (change: object) => {
    const { version } = await read();
    expect((await ownerApi.send("PATCH", url, { ...change, version })).ok()).toBe(true);
  };
  await page.goto(`/clients/${id}/edit`);
  const form = page.getByRole("form", { name: "Edit the client" });
  const field = (name: string) => form.getByRole("textbox", { name, exact: true });
  await another({ description: "what another one wrote" });
  await expect(field("Description")).toHaveValue("what another one wrote");

  await field("Name").fill("Typed here");
  await another({ description: "and wrote anew" });
  await expect(page.getByRole("button", { name: /^holding\./ })).toBeVisible();
  await form.getByRole("button", { name: "Save changes" }).click();
  await expect(form.getByRole("alert")).toContainText(/changed by .+ since you opened it: description\./);
  expect(await read()).toMatchObject({ description: "and wrote anew" });
  await expect(field("Name"), "what was typed is still there").toHaveValue("Typed here");

  await page.reload();
  await expect(field("Description")).toHaveValue("and wrote anew");
  await field("Name").fill("Typed here");
  await form.getByRole("button", { name: "Save changes" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Typed here");
  expect(await read()).toMatchObject({ name: "Typed here", description: "and wrote anew" });
});
