import { Alert } from "@mantine/core";
import { IconAlertTriangle, IconInfoCircle } from "@tabler/icons-react";
import type { Metadata } from "next";
import Link from "next/link";
import { requireSignedIn } from "#app/_lib/context.ts";
import { countryOf } from "#app/_lib/places.ts";
import { safePath } from "#app/_lib/safe-path.ts";
import { SessionsTable } from "#app/(console)/_components/sessions-table.tsx";
import { Card } from "#components/display/card.tsx";
import { Page, PageHeader } from "#components/frame/page-header.tsx";
import { Cards } from "#components/layout/cards.tsx";
import { listOwnSessions } from "#lib/admins/list-sessions.ts";
import { getEnv } from "#lib/env.ts";
import { getOwnChoices } from "#lib/notifications/choices.ts";
import { listOwnFactors } from "#lib/passkeys/list-factors.ts";
import { findRelyingParty } from "#lib/passkeys/relying-party.ts";
import { AuthenticatorCard } from "./_components/authenticator-card.tsx";
import { EndOthers } from "./_components/end-others.tsx";
import { NotificationsCard } from "./_components/notifications-card.tsx";
import { PasskeysCard } from "./_components/passkeys-card.tsx";
import { PasswordCard } from "./_components/password-card.tsx";
import { RecoveryCard } from "./_components/recovery-card.tsx";
import { accountWords as words } from "./_components/words.ts";

export const metadata: Metadata = { title: words.title };

type AccountPageProps = { searchParams: Promise<Record<string, string | string[] | undefined>> };

/** One's own ways in and sessions; `next` is where somebody who came in with a recovery code wanted to go. */
export default async function AccountPage({ searchParams }: AccountPageProps) {
  const ctx = await requireSignedIn("/account");
  const next = safePath((await searchParams).next);
  const [factors, sessions, choices] = await Promise.all([
    listOwnFactors(ctx),
    listOwnSessions(ctx, countryOf),
    getOwnChoices(ctx),
  ]);
  const { password, passkeys, hasTotp, recoveryCodes } = factors;
  const current = sessions.rows.find(({ isCurrent }) => isCurrent);
  const provider = current?.provider ?? null;
  const others = sessions.total - (current === undefined ? 0 : 1);
  const working = passkeys.filter(({ blockedAt }) => blockedAt === null);
  return (
    <Page>
      <PageHeader title={words.title} purpose={words.purpose} />
      {current?.signedInBy === "recovery_code" ? (
        <Alert color="yellow" icon={<IconAlertTriangle size={18} />} title={words.cameByRecovery}>
          {words.cameByRecoveryText(recoveryCodes.left)}
          {next === "/" ? null : (
            <>
              {" "}
              <Link prefetch={false} href={next}>
                {words.cameByRecoveryNext}
              </Link>
            </>
          )}
        </Alert>
      ) : null}
      {provider === null ? null : (
        <Alert color="blue" icon={<IconInfoCircle size={18} />} title={words.byProvider(provider.name)}>
          {words.byProviderText}
        </Alert>
      )}
      {passkeys
        .filter(({ blockedAt }) => blockedAt !== null)
        .map(({ id, name }) => (
          <Alert key={id} color="red" icon={<IconAlertTriangle size={18} />} title={words.blockedTitle}>
            {words.blockedText(name)}
          </Alert>
        ))}
      <PasskeysCard
        passkeys={passkeys}
        isOffered={findRelyingParty(getEnv().consoleUrl) !== null}
        hasTotp={hasTotp || provider !== null}
        provider={provider?.name ?? null}
      />
      <Cards>
        <PasswordCard password={password} provider={provider?.name ?? null} />
        <AuthenticatorCard
          hasTotp={hasTotp}
          canRemove={working.length > 0 || provider !== null}
          provider={provider?.name ?? null}
        />
        {provider === null ? <RecoveryCard codes={recoveryCodes} /> : null}
      </Cards>
      <Card title={words.sessions} aside={others === 0 ? null : <EndOthers count={others} />} flush>
        <SessionsTable sessions={sessions} url="/api/v1/me/sessions" canEnd />
      </Card>
      <NotificationsCard choices={choices} />
    </Page>
  );
}
