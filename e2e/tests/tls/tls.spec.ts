import { connect as connectPlain } from "node:net";
import { connect } from "node:tls";
import { inviteAdmin } from "../../fixtures/invite-admin.ts";
import { HAS_OPENSSL, startTlsConsole } from "../../fixtures/second-console.ts";
import { expect, NOBODY, test } from "../../fixtures/test.ts";
import { codeOf } from "../../fixtures/totp.ts";
import { SignInPage } from "../../pages/sign-in-page.ts";

test.use({ storageState: NOBODY, ignoreHTTPSErrors: true });
test.skip(!HAS_OPENSSL, "not run: there is no openssl to make a certificate with");

function isSpoken(port: number, version: "TLSv1.1" | "TLSv1.2" | "TLSv1.3"): Promise<boolean> {
  return new Promise((resolve) => {
    const options = {
      minVersion: version,
      maxVersion: version,
      ciphers: "ALL:@SECLEVEL=0",
      rejectUnauthorized: false,
    };
    const socket = connect({ host: "localhost", port, ...options }, () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}

function askPlainly(port: number): Promise<string> {
  return new Promise((resolve) => {
    let text = "";
    const socket = connectPlain(port, "localhost", () =>
      socket.write("GET / HTTP/1.1\r\nhost: localhost\r\n\r\n"),
    );
    socket.on("data", (chunk) => {
      text += chunk.toString("latin1");
    });
    socket.on("error", () => {});
    socket.on("close", () => resolve(text));
  });
}

test("an admin signs in to a console that serves TLS itself, and the session never travels without it", async ({
  browser,
  product,
  ownerApi,
  visitorApi,
}) => {
  test.setTimeout(180_000);
  const account = await inviteAdmin(ownerApi, visitorApi, "auditor");
  const secure = await startTlsConsole(product);
  try {
    expect(
      await Promise.all(
        (["TLSv1.1", "TLSv1.2", "TLSv1.3"] as const).map((one) => isSpoken(secure.port, one)),
      ),
    ).toEqual([false, true, true]);
    expect(await askPlainly(secure.port)).not.toContain("200");

    const context = await browser.newContext({ baseURL: secure.url, ignoreHTTPSErrors: true });
    const page = await context.newPage();
    const signIn = new SignInPage(page);
    await signIn.open();
    await signIn.enter({ ...account, code: codeOf(account.totpSecret) });
    await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
    await expect(page).toHaveURL(`${secure.url}/`);
    const cookies = await context.cookies();
    const session = cookies.find(({ name }) => name.endsWith("tokenwarden.session"));
    expect(session).toMatchObject({
      name: "__Host-tokenwarden.session",
      secure: true,
      httpOnly: true,
      sameSite: "Lax",
      path: "/",
    });
    expect(cookies.filter((cookie) => !cookie.secure)).toEqual([]);
    const answer = await page.reload();
    expect(answer?.headers()["strict-transport-security"]).toMatch(/max-age=\d{8,}/);
    await context.close();
  } finally {
    await secure.stop();
  }
});
