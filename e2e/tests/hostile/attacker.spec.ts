import { startAttackerSite } from "../../fixtures/attacker.ts";
import { expect, test } from "../../fixtures/test.ts";

test.use({
  expectedNoise:
    /Refused to|frame-ancestors|violates the following|CORS|ERR_|Failed to load|Framing|Cross-Origin/,
});

// another port of the same host is another origin, to which browsers send the cookies all the same; another host is another site
for (const host of ["localhost", "127.0.0.1"])
  test(`a page of ${host} can neither frame the doors, nor change anything with the admin's session, nor look into it`, async ({
    page,
    product,
    ownerApi,
    registry,
  }) => {
    const site = await startAttackerSite();
    try {
      await page.goto("/");
      await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
      await page.goto(`http://${host}:${site.port}/`);

      for (const address of [
        `${product.consoleUrl}/`,
        `${product.consoleUrl}/sign-in`,
        `${product.authorityUrl}/oauth/authorize?client_id=x`,
      ]) {
        await page.evaluate((src) => {
          const frame = document.createElement("iframe");
          frame.src = src;
          document.body.replaceChildren(frame);
        }, address);
        await expect.poll(() => page.frames()[1]?.url(), { message: address }).toMatch(/^chrome-error:/);
      }

      const count = async () =>
        (await ownerApi.read<{ rows: unknown[] }>("/api/v1/groups?q=CSRF")).rows.length;
      const target = `${product.consoleUrl}/api/v1/groups`;
      const outcomes = await page.evaluate(async (url) => {
        const body = JSON.stringify({ name: "CSRF", permissionIds: [] });
        const send = (init: RequestInit) =>
          fetch(url, { method: "POST", credentials: "include", body, ...init }).then(
            (response) => response.type,
            () => "blocked",
          );
        return Promise.all([
          send({ mode: "no-cors", headers: { "content-type": "text/plain" } }),
          send({ mode: "no-cors", headers: { "content-type": "application/x-www-form-urlencoded" } }),
          send({ mode: "cors", headers: { "content-type": "application/json" } }),
          fetch(url, { credentials: "include" }).then(
            () => "read",
            () => "blocked",
          ),
        ]);
      }, target);
      expect(outcomes.slice(2)).toEqual(["blocked", "blocked"]);
      for (const [type, path] of [
        ["text/plain", "/api/v1/groups"],
        ["application/x-www-form-urlencoded", "/api/v1/me/end-sessions"],
        ["application/x-www-form-urlencoded", "/api/auth/signout"],
        ["text/plain", `/api/v1/verifiers/${registry.verifier.id}/disable`],
      ] as const) {
        await page.goto(`http://${host}:${site.port}/`);
        await page.evaluate(
          ({ action, enctype }) => {
            const form = document.createElement("form");
            Object.assign(form, { method: "POST", action, enctype });
            const field = document.createElement("input");
            Object.assign(field, { name: '{"name":"CSRF","permissionIds":[],"x":"', value: '"}' });
            form.append(field);
            document.body.append(form);
            form.submit();
          },
          { action: `${product.consoleUrl}${path}`, enctype: type },
        );
        await page.waitForURL(`${product.consoleUrl}/**`);
      }
      expect(await count()).toBe(0);
      expect((await ownerApi.read<{ role: string }>("/api/v1/me")).role).toBe("owner");
      expect(
        (await ownerApi.read<{ state: string }>(`/api/v1/verifiers/${registry.verifier.id}`)).state,
      ).not.toBe("disabled");

      await page.goto(`http://${host}:${site.port}/`);
      const opened = page.waitForEvent("popup");
      await page.evaluate((url) => {
        (window as unknown as { other: Window | null }).other = window.open(url);
      }, product.consoleUrl);
      const popup = await opened;
      await expect(popup.getByRole("heading", { level: 1 })).toBeVisible();
      expect(await popup.evaluate(() => window.opener === null)).toBe(true);
      const seen = await page.evaluate(() => {
        const { other } = window as unknown as { other: Window | null };
        try {
          return other?.document.title ?? "nothing";
        } catch {
          return "nothing";
        }
      });
      expect(seen).not.toContain("Tokenwarden");
      await popup.close();
    } finally {
      await site.close();
    }
  });
