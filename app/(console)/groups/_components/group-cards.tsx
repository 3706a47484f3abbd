import Link from "next/link";
import { actsAddress } from "#app/(console)/_components/acts-address.ts";
import { Card } from "#components/display/card.tsx";
import { IdText } from "#components/display/id-text.tsx";
import { Instant } from "#components/display/instant.tsx";
import { KeyValue } from "#components/display/key-value.tsx";
import { groupedNumber, NumberText } from "#components/display/number-text.tsx";
import { PlainTable } from "#components/display/plain-table.tsx";
import { StateBadge } from "#components/display/state-badge.tsx";
import type { Context } from "#lib/context.ts";
import type { GroupDetail } from "#lib/groups/model.ts";
import { parseListQuery } from "#lib/list-query/parse-list-query.ts";
import { listUsers } from "#lib/users/list-users.ts";
import type { UserRow } from "#lib/users/model.ts";
import { USERS_TABLE } from "#lib/users/table.ts";
import { groupWords as words } from "./words.ts";

type GroupPermission = GroupDetail["permissions"][number];
type GroupClient = GroupDetail["clients"][number];

export function GroupPermissions({ group }: { group: GroupDetail }) {
  return (
    <Card title={words.permissions} flush={group.permissions.length > 0}>
      {group.permissions.length === 0 ? (
        <p className="muted">{words.givesNothing}</p>
      ) : (
        <PlainTable
          name={words.permissions}
          rows={group.permissions}
          keyOf={(row) => row.id}
          columns={[
            {
              header: "Permission",
              cell: (row: GroupPermission) => <span className="mono">{row.name}</span>,
            },
            { header: "Audience", cell: (row: GroupPermission) => row.audience },
            {
              header: "Allows",
              isExtra: true,
              isWrapping: true,
              cell: (row: GroupPermission) => row.description || <span className="faint">not said</span>,
            },
          ]}
        />
      )}
    </Card>
  );
}

/** The first members by address, with the way to all of them. */
export async function GroupMembers({ ctx, group }: { ctx: Context; group: GroupDetail }) {
  const { query } = parseListQuery(USERS_TABLE, { group: group.name, sort: "email", size: "10" });
  const { rows, total } = await listUsers(ctx, query);
  return (
    <Card
      title={words.members}
      flush={rows.length > 0}
      aside={
        total.value > rows.length ? (
          <Link prefetch={false} href={`/users?${new URLSearchParams({ group: group.name })}`}>
            All {groupedNumber(total.value)}
          </Link>
        ) : null
      }
    >
      {rows.length === 0 ? (
        <p className="muted">{words.noMembers}</p>
      ) : (
        <PlainTable
          name={words.members}
          rows={rows}
          keyOf={(row) => row.id}
          columns={[
            {
              header: "Name",
              isWrapping: true,
              cell: (row: UserRow) => (
                <Link prefetch={false} href={`/users/${row.id}`}>
                  {row.name}
                </Link>
              ),
            },
            { header: "E-mail", isExtra: true, isWrapping: true, cell: (row: UserRow) => row.email },
            { header: "State", cell: (row: UserRow) => <StateBadge state={row.state} /> },
            {
              header: "Live tokens",
              align: "end",
              cell: (row: UserRow) => <NumberText value={row.liveTokens} />,
            },
          ]}
        />
      )}
    </Card>
  );
}

export function GroupFacts({ group }: { group: GroupDetail }) {
  const tokens = `/tokens?${new URLSearchParams({ group: group.name, state: "active" })}`;
  return (
    <Card title={words.facts}>
      <KeyValue
        items={[
          { key: "Members", value: <NumberText value={group.memberCount} unit={["person", "people"]} /> },
          { key: "Services", value: <NumberText value={group.clientCount} /> },
          { key: "Created", value: <Instant at={group.createdAt} focusable /> },
          { key: "Record", value: <IdText id={group.id} what="record id" head={8} /> },
        ]}
      />
      <p style={{ marginTop: 12 }}>
        <Link prefetch={false} href={tokens}>
          {words.tokensLink}
        </Link>
        {" · "}
        <Link prefetch={false} href={actsAddress("group", [group.id, group.name])}>
          {words.actsLink}
        </Link>
      </p>
    </Card>
  );
}

export function GroupServices({ group }: { group: GroupDetail }) {
  if (group.clients.length === 0) return null;
  return (
    <Card title={words.services} flush>
      <PlainTable
        name={words.services}
        rows={group.clients}
        keyOf={(row) => row.id}
        columns={[
          {
            header: "Name",
            cell: (row: GroupClient) => (
              <Link prefetch={false} href={`/clients/${row.id}`}>
                {row.name}
              </Link>
            ),
          },
          { header: "Client ID", cell: (row: GroupClient) => <span className="mono">{row.clientId}</span> },
        ]}
      />
    </Card>
  );
}
