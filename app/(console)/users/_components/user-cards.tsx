import Link from "next/link";
import { Card } from "#components/display/card.tsx";
import { IdText } from "#components/display/id-text.tsx";
import { Instant } from "#components/display/instant.tsx";
import { KeyValue } from "#components/display/key-value.tsx";
import { groupedNumber } from "#components/display/number-text.tsx";
import { PlainTable } from "#components/display/plain-table.tsx";
import type { UserDetail, UserPermission } from "#lib/users/model.ts";
import { userWords as words } from "./words.ts";

/** What the user may do today and through which groups. Tokens that are out carry what was so when they were issued. */
export function UserPermissions({ user }: { user: UserDetail }) {
  return (
    <Card title={words.permissions} aside={words.permissionsAside} flush={user.permissions.length > 0}>
      {user.permissions.length === 0 ? (
        <p className="muted">{words.noPermissions}</p>
      ) : (
        <PlainTable
          name={words.permissions}
          rows={user.permissions}
          keyOf={(row) => row.name}
          columns={[
            { header: "Permission", cell: (row: UserPermission) => <span className="mono">{row.name}</span> },
            { header: "Audience", cell: (row: UserPermission) => row.audience },
            { header: "Through", isWrapping: true, cell: (row: UserPermission) => row.via.join(", ") },
          ]}
        />
      )}
    </Card>
  );
}

export function UserGroups({ user }: { user: UserDetail }) {
  return (
    <Card title={words.groups}>
      {user.groups.length === 0 ? (
        <p className="muted">{words.noGroups}</p>
      ) : (
        <ul style={{ display: "grid", gap: 6, padding: 0, listStyle: "none" }}>
          {user.groups.map((group) => (
            <li key={group.id}>
              <Link prefetch={false} href={`/groups/${group.id}`}>
                {group.name}
              </Link>
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}

/** Sign-in facts, and what the account holds. */
export function UserFacts({ user }: { user: UserDetail }) {
  const attributes = Object.entries(user.attributes);
  return (
    <Card title={words.facts}>
      <KeyValue
        items={[
          { key: "Last sign-in", value: <Instant at={user.lastSignInAt} none="never" focusable /> },
          { key: "Password", value: user.hasPassword ? "set" : "none: cannot sign in" },
          ...(user.disabledAt
            ? [{ key: "Disabled", value: <Instant at={user.disabledAt} focusable /> }]
            : []),
          {
            key: "Live tokens",
            value: `${groupedNumber(user.liveAccessTokens)} access, ${groupedNumber(user.liveRefreshTokens)} refresh`,
          },
          { key: "Created", value: <Instant at={user.createdAt} focusable /> },
          { key: "Changed", value: <Instant at={user.updatedAt} focusable /> },
          { key: "User id", value: <IdText id={user.id} what="user id" head={8} /> },
          ...attributes.map(([key, value]) => ({
            key,
            value: typeof value === "string" ? value : <span className="mono">{JSON.stringify(value)}</span>,
          })),
        ]}
      />
      <p style={{ marginTop: 12 }}>
        <Link prefetch={false} href={`/audit?user=${user.id}`}>
          {words.usesLink}
        </Link>
        {" · "}
        <Link prefetch={false} href={`/audit/acts?target=user&targetId=${user.id}`}>
          {words.actsLink}
        </Link>
      </p>
    </Card>
  );
}
