import { Card } from "#components/display/card.tsx";
import { Instant } from "#components/display/instant.tsx";
import { KeyValue } from "#components/display/key-value.tsx";
import { StateBadge } from "#components/display/state-badge.tsx";
import type { AdminRow } from "#lib/admins/model.ts";
import { ROLE_WORDS } from "#lib/authz/roles.ts";
import type { Factors } from "#lib/passkeys/model.ts";
import { adminWords as words } from "./words.ts";

/** Since when, as what, and when last. */
export function AdminFacts({ admin }: { admin: AdminRow }) {
  const { name, means } = ROLE_WORDS[admin.role];
  return (
    <Card title={words.facts}>
      <KeyValue
        wide
        items={[
          { key: words.role, value: <span title={means}>{name}</span> },
          ...(admin.provider === null ? [] : [{ key: words.comesBy, value: admin.provider.name }]),
          ...(admin.isBreakGlass ? [{ key: words.breakGlass, value: "yes" }] : []),
          { key: words.since, value: <Instant at={admin.createdAt} /> },
          { key: words.lastSignIn, value: <Instant at={admin.lastSignInAt} none="never" /> },
        ]}
      />
    </Card>
  );
}

/** With what an admin comes in: seen by owners, changed by nobody but the admin. */
export function AdminFactors({ factors }: { factors: Factors }) {
  const { password, passkeys, hasTotp, recoveryCodes } = factors;
  return (
    <Card title={words.factors}>
      <KeyValue
        wide
        items={[
          {
            key: words.passkeys,
            value:
              passkeys.length === 0 ? (
                words.noPasskeys
              ) : (
                <ul style={{ margin: 0, padding: 0 }}>
                  {passkeys.map(({ id, name, lastUsedAt, blockedAt }) => (
                    <li key={id}>
                      {name}, <Instant at={lastUsedAt} prefix="used" none="never used" />{" "}
                      {blockedAt === null ? null : (
                        <StateBadge state="compromised">{words.blocked}</StateBadge>
                      )}
                    </li>
                  ))}
                </ul>
              ),
          },
          {
            key: words.password,
            value:
              password.use === "signs_in" ? (
                <Instant at={password.setAt} prefix={words.passwordSet} none={words.isSetUp} />
              ) : (
                words.passwordNoUse[password.use]
              ),
          },
          { key: words.authenticator, value: hasTotp ? words.isSetUp : words.isNotSetUp },
          { key: words.recoveryCodes, value: words.codesLeft(recoveryCodes.left, recoveryCodes.made) },
        ]}
      />
    </Card>
  );
}
