import { expect, test } from "../../fixtures/test.ts";

test("the settings say why they cannot be saved: nothing is changed, or which of them is wrong", async ({
  page,
}) => {
  await page.goto("/settings");
  const save = page.getByRole("button", { name: "Save changes" });
  await expect(save).toBeDisabled();
  await expect(save).toHaveAccessibleDescription("Nothing is changed yet.");
  await expect(page.getByText("Nothing is changed yet.")).toBeVisible();

  const skew = page.getByRole("textbox", { name: "Clock skew", exact: true });
  const before = await skew.inputValue();
  await skew.fill("999");
  await expect(save).toBeDisabled();
  await expect(save).toHaveAccessibleDescription("Clock skew: Must be 0 seconds to 2 minutes.");

  await skew.fill("31");
  await expect(save).toBeEnabled();
  await expect(save).toHaveAccessibleDescription("");
  await skew.fill(before);
  await expect(save).toHaveAccessibleDescription("Nothing is changed yet.");
});
