import { randomBytes } from "node:crypto";
import { TOTP } from "otpauth";
import { REDIRECT_URI } from "./issue-tokens.ts";
import { ROLES, type SecretsRun } from "./secrets-run.ts";

/** A password that its search cannot miss. */
const password = () => `Pass-${randomBytes(15).toString("hex")} ä"<&`;

async function enrol(
  run: SecretsRun,
  email: string,
  setupToken: string,
  role: string,
  finish: (offer: object) => Promise<void>,
) {
  const { body, answer } = await run.console.make<{ enrolment: string; totpSecret: string }>(
    "",
    "/api/v1/setup/enrolment",
    { setupToken, email },
  );
  const person = {
    email,
    password: run.keep(`password of the ${role}`, password()),
    totpSecret: body.totpSecret,
  };
  run.keep(`TOTP secret of the ${role}`, body.totpSecret);
  answer.handsOut.add(`TOTP secret of the ${role}`);
  const code = new TOTP({ secret: body.totpSecret }).generate();
  await finish({ setupToken, enrolment: body.enrolment, password: person.password, code });
  const { cookies, cookie } = await run.console.signIn(person, 1);
  run.keep(`session cookie of ${email}`, cookie);
  run.sessions.set(role, cookies);
  return person;
}

export async function setUpAdmins(run: SecretsRun): Promise<void> {
  run.keep("set-up token", run.product.setupToken);
  await run.console.make("", "/api/v1/setup/link", { setupToken: run.product.setupToken });
  await enrol(run, "owner@example.com", run.product.setupToken, "owner", async (offer) => {
    await run.console.make("", "/api/v1/setup/owner", {
      ...offer,
      email: "owner@example.com",
      name: "Owner",
    });
  });
  const owner = run.sessions.get("owner") as Map<string, string>;
  const recovery = await run.console.ask("/api/v1/me/recovery-codes", { method: "POST" }, owner);
  for (const [index, code] of (JSON.parse(recovery.text) as { codes: string[] }).codes.entries()) {
    run.keep(`recovery code ${index}`, code);
    recovery.handsOut.add(`recovery code ${index}`);
  }
  for (const role of ROLES) {
    const answer = await run.console.ask(
      "/api/v1/api-tokens",
      { json: { name: role, role, isUnattended: true } },
      owner,
    );
    const { token } = JSON.parse(answer.text) as { token: string };
    run.apiTokens.set(role, run.keep(`API token of the ${role}`, token));
    answer.handsOut.add(`API token of the ${role}`);
  }
  for (const role of ROLES.slice(1)) {
    const email = `${role}@example.com`;
    const made = await run.console.make<{ admin: { id: string }; link: { url: string } }>(
      owner,
      "/api/v1/admins",
      { name: role, email, role },
    );
    const setupToken = run.keep(
      `invitation of the ${role}`,
      new URL(made.body.link.url).searchParams.get("token") ?? "",
    );
    made.answer.handsOut.add(`invitation of the ${role}`);
    run.ids.admin = made.body.admin.id;
    await enrol(run, email, setupToken, role, async (offer) => {
      await run.console.make("", "/api/v1/setup/invitation", offer);
    });
  }
}

async function makeSecretly(run: SecretsRun, name: string, at: string, json: unknown) {
  type Made = { secret: string; client?: { id: string }; verifier?: { id: string } };
  const { body, answer } = await run.console.make<Made>(run.ownerToken(), at, json);
  answer.handsOut.add(name);
  return { id: body.client?.id ?? body.verifier?.id ?? "", secret: run.keep(name, body.secret) };
}

export async function setUpRegistry(run: SecretsRun) {
  const audience = await run.console.make<{ id: string; permissions: { id: string }[] }>(
    run.ownerToken(),
    "/api/v1/audiences",
    {
      name: "things",
      title: "Things",
      resourceUri: "https://things.example.com/",
      permissions: [{ name: "things:read" }],
    },
  );
  const rights = {
    audienceIds: [audience.body.id],
    permissionIds: audience.body.permissions.map(({ id }) => id),
  };
  const group = await run.console.make<{ id: string }>(run.ownerToken(), "/api/v1/groups", {
    name: "People",
    permissionIds: rights.permissionIds,
  });
  const userPassword = run.keep("password of the user", password());
  const user = await run.console.make<{ id: string }>(run.ownerToken(), "/api/v1/users", {
    email: "ana@example.com",
    name: "Ana",
    password: userPassword,
    groupIds: [group.body.id],
  });
  const changed = run.keep("changed password of the user", password());
  await run.console.make(
    run.ownerToken(),
    `/api/v1/users/${user.body.id}/password`,
    { password: changed },
    { method: "PUT" },
  );
  const verifier = await makeSecretly(run, "first verifier secret", "/api/v1/verifiers", {
    name: "gate",
    audienceIds: rights.audienceIds,
  });
  const rotatedVerifier = await makeSecretly(
    run,
    "verifier secret",
    `/api/v1/verifiers/${verifier.id}/rotate-secret`,
    {},
  );
  const jwt = await makeSecretly(run, "first client secret", "/api/v1/clients", {
    kind: "service",
    name: "jwt-service",
    clientId: "jwt-service",
    ...rights,
  });
  const rotatedJwt = await makeSecretly(run, "client secret", `/api/v1/clients/${jwt.id}/rotate-secret`, {});
  const opaque = await makeSecretly(run, "opaque service's secret", "/api/v1/clients", {
    kind: "service",
    name: "opaque-service",
    clientId: "opaque-service",
    tokenFormat: "opaque",
    ...rights,
  });
  const web = await makeSecretly(run, "web client's secret", "/api/v1/clients", {
    kind: "web",
    name: "web-app",
    clientId: "web-app",
    redirectUris: [REDIRECT_URI],
    requireConsent: false,
    ...rights,
  });
  await run.console.make(run.ownerToken(), "/api/v1/clients", {
    kind: "device",
    name: "television",
    clientId: "television",
    requireConsent: false,
    ...rights,
  });
  Object.assign(run.ids, {
    audience: audience.body.id,
    group: group.body.id,
    user: user.body.id,
    verifier: verifier.id,
    client: web.id,
  });
  run.baits
    .set("client secret", rotatedJwt.secret)
    .set("verifier secret", rotatedVerifier.secret)
    .set("API token", run.ownerToken());
  return {
    verifier: rotatedVerifier.secret,
    password: changed,
    jwt: { clientId: "jwt-service", secret: rotatedJwt.secret },
    opaque: { clientId: "opaque-service", secret: opaque.secret },
    web: { clientId: "web-app", secret: web.secret },
    device: "television",
  };
}

export type Registry = Awaited<ReturnType<typeof setUpRegistry>>;
