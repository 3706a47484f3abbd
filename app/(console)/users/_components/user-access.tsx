"use client";

import { Button } from "@mantine/core";
import Link from "next/link";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { AddressLink } from "#app/(console)/_components/address-link.tsx";
import { Card } from "#components/display/card.tsx";
import { Country } from "#components/display/country.tsx";
import { Instant } from "#components/display/instant.tsx";
import { NumberText } from "#components/display/number-text.tsx";
import { PlainTable } from "#components/display/plain-table.tsx";
import { ScopeList } from "#components/display/scope-list.tsx";
import { useDone } from "#components/form/use-done.ts";
import { ReasonDialog } from "#components/overlay/reason-dialog.tsx";
import { requestJson } from "#components/request/request-json.ts";
import { RevokeDialog } from "#components/revocation/revoke-dialog.tsx";
import { deviceWords } from "#lib/sign-on/device-words.ts";
import type { EndedAccess, GrantRow, SignOnRow, UserAccess } from "#lib/sign-on/model.ts";
import { userWords as words } from "./words.ts";

type UserAccessProps = { userId: string; access: UserAccess; canEnd: boolean; canWithdraw: boolean };

/** The same as the person sees at the authority: where they are signed in, and what applications may do for them. */
export function UserAccessCards({ userId, access, canEnd, canWithdraw }: UserAccessProps) {
  const router = useRouter();
  const done = useDone();
  const [ending, setEnding] = useState<string | null>(null);
  const [withdrawing, setWithdrawing] = useState<GrantRow | null>(null);
  const { sessions, sessionCount, grants } = access;
  return (
    <>
      <Card
        title={words.sessions}
        aside={words.sessionsAside(sessionCount, sessions.length)}
        flush={sessions.length > 0}
      >
        {sessions.length === 0 ? (
          <p className="muted">{words.sessionsNone}</p>
        ) : (
          <PlainTable
            name={words.sessions}
            rows={sessions}
            keyOf={(row) => row.uid}
            columns={[
              { header: "Browser", cell: (row: SignOnRow) => <Device session={row} /> },
              { header: "Place", isExtra: true, cell: (row: SignOnRow) => <Place session={row} /> },
              {
                header: "Seen",
                cell: (row: SignOnRow) => <Instant at={row.seenAt} none="not known" focusable />,
              },
              {
                header: "Applications",
                isExtra: true,
                cell: (row: SignOnRow) => row.applications.join(", ") || "none",
              },
              {
                header: "Live tokens",
                isExtra: true,
                align: "end" as const,
                cell: (row: SignOnRow) => (
                  <Link prefetch={false} href={`/tokens?${new URLSearchParams({ session: row.uid })}`}>
                    <NumberText value={row.liveTokens} />
                  </Link>
                ),
              },
              ...(canEnd
                ? [
                    {
                      header: "End",
                      isUntitled: true,
                      align: "end" as const,
                      cell: (row: SignOnRow) => (
                        <Button
                          size="compact-sm"
                          variant="outline"
                          color="red"
                          aria-label={`${words.end} ${deviceWords(row.userAgent)}`}
                          onClick={() => setEnding(row.uid)}
                        >
                          {words.end}
                        </Button>
                      ),
                    },
                  ]
                : []),
            ]}
          />
        )}
      </Card>
      <Card title={words.grants} flush={grants.length > 0}>
        {grants.length === 0 ? (
          <p className="muted">{words.grantsNone}</p>
        ) : (
          <PlainTable
            name={words.grants}
            rows={grants}
            keyOf={(row) => row.client.id}
            columns={[
              {
                header: "Application",
                cell: (row: GrantRow) => (
                  <Link prefetch={false} href={`/clients/${row.client.id}`}>
                    {row.client.name}
                  </Link>
                ),
              },
              {
                header: "Permissions",
                isExtra: true,
                cell: (row: GrantRow) => (
                  <ScopeList values={row.permissions} what={["permission", "permissions"]} shown={2} />
                ),
              },
              {
                header: "Allowed",
                isExtra: true,
                cell: (row: GrantRow) =>
                  row.isAsked ? <Instant at={row.givenAt} none="not known" focusable /> : "not asked",
              },
              {
                header: "Last used",
                cell: (row: GrantRow) => <Instant at={row.lastUsedAt} none="no live token" focusable />,
              },
              ...(canWithdraw
                ? [
                    {
                      header: "Withdraw",
                      isUntitled: true,
                      align: "end" as const,
                      cell: (row: GrantRow) => (
                        <Button
                          size="compact-sm"
                          variant="outline"
                          color="red"
                          aria-label={`${words.withdraw} ${row.client.name}`}
                          onClick={() => setWithdrawing(row)}
                        >
                          {words.withdraw}
                        </Button>
                      ),
                    },
                  ]
                : []),
            ]}
          />
        )}
      </Card>
      <RevokeDialog
        target={ending === null ? null : { kind: "session", id: ending }}
        onClose={() => {
          setEnding(null);
          router.refresh();
        }}
      />
      <ReasonDialog
        isOpen={withdrawing !== null}
        onClose={() => setWithdrawing(null)}
        title={words.withdrawTitle(withdrawing?.client.name ?? "")}
        act={words.withdrawAct}
        onConfirm={async (given) => {
          if (withdrawing === null) return;
          const { tokens } = await requestJson<EndedAccess>(
            `/api/v1/users/${userId}/grants/${withdrawing.client.id}/withdraw`,
            { method: "POST", body: given },
          );
          setWithdrawing(null);
          done(words.withdrawn(withdrawing.client.name, tokens));
        }}
      >
        {withdrawing === null
          ? null
          : words.withdrawText(withdrawing.client.name, withdrawing.liveTokens, withdrawing.isAsked)}
      </ReasonDialog>
    </>
  );
}

function Device({ session }: { session: SignOnRow }) {
  const name = session.seenAt === null ? "Not known" : deviceWords(session.userAgent);
  return (
    <>
      <span title={session.userAgent ?? undefined}>{name}</span>
      {session.isSignedIn ? null : <span className="muted"> · {words.signedOut}</span>}
    </>
  );
}

function Place({ session }: { session: SignOnRow }) {
  return (
    <>
      <Country code={session.country} />
      {session.ip === null ? null : (
        <>
          {" "}
          <AddressLink ip={session.ip} />
        </>
      )}
    </>
  );
}
