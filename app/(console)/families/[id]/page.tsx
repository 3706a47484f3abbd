import type { Metadata } from "next";
import Link from "next/link";
import { requireSignedIn } from "#app/_lib/context.ts";
import { orNotFound } from "#app/_lib/or-not-found.ts";
import { CasesOf } from "#app/(console)/_components/cases-of.tsx";
import { parseAsked } from "#app/(console)/_components/lifeline/asked.ts";
import { Followed } from "#app/(console)/_components/lifeline/followed.tsx";
import { lifelineWords as words } from "#app/(console)/_components/lifeline/words.ts";
import { OpenCaseOf } from "#app/(console)/_components/open-case-of.tsx";
import { IdText } from "#components/display/id-text.tsx";
import { LinkButton } from "#components/display/link-button.tsx";
import { Page, PageHeader } from "#components/frame/page-header.tsx";
import { revocableBy } from "#components/revocation/revocable-by.ts";
import { RevokeMenu } from "#components/revocation/revoke-menu.tsx";
import { can } from "#lib/authz/require-permission.ts";
import { isUuid } from "#lib/ids.ts";
import { getLifelineSubject } from "#lib/lifelines/get-lifeline-subject.ts";
import { listFamilyCases } from "#lib/lifelines/list-family-cases.ts";
import { shortId } from "#lib/tokens/model.ts";

type FamilyPageProps = {
  params: Promise<{ id: string }>;
  searchParams: Promise<Record<string, string | string[] | undefined>>;
};

export async function generateMetadata({ params }: Pick<FamilyPageProps, "params">): Promise<Metadata> {
  const { id } = await params;
  return { title: isUuid(id) ? `${words.family} ${shortId(id)}` : words.family };
}

/** A family through time: all that came from one authorization. */
export default async function FamilyPage({ params, searchParams }: FamilyPageProps) {
  const { id } = await params;
  const ctx = await requireSignedIn(`/families/${encodeURIComponent(id)}`);
  const family = await orNotFound(getLifelineSubject(ctx, { kind: "family", id }));
  const cases = await listFamilyCases(ctx, family.id);
  const { client, user } = family.holder ?? {};
  const caseTitle = `Leaked family of ${user?.email ?? client?.name ?? family.name}`;
  return (
    <Page>
      <PageHeader
        crumbs={[
          { name: "Tokens", href: "/tokens" },
          ...(client
            ? [{ name: client.clientId, href: `/tokens?client=${encodeURIComponent(client.clientId)}` }]
            : []),
        ]}
        title={
          <>
            {words.family} <IdText id={family.id} what="family id" head={8} />
          </>
        }
        purpose={
          <>
            {words.familyPurpose}{" "}
            {user ? (
              <Link prefetch={false} href={`/users/${user.id}`}>
                {user.email}
              </Link>
            ) : null}
            {user && client ? " through " : null}
            {client ? (
              <Link prefetch={false} href={`/clients/${client.id}`}>
                {client.name}
              </Link>
            ) : null}
          </>
        }
        actions={
          <>
            <LinkButton href={`/tokens?family=${family.id}`}>{words.familyTokens}</LinkButton>
            {can(ctx, "incident:write") ? (
              <OpenCaseOf kind="family" id={family.id} title={caseTitle} />
            ) : null}
            <RevokeMenu
              choices={[
                {
                  kind: "family",
                  id: family.id,
                  label: "This family…",
                  about: "Everything that came from the same authorization.",
                },
              ]}
              may={revocableBy(ctx.actor.role)}
            />
          </>
        }
      />
      <CasesOf cases={cases} />
      <Followed
        ctx={ctx}
        kind="family"
        id={family.id}
        asked={parseAsked(await searchParams)}
        log={{ family: family.id }}
        cases={cases}
        caseTitle={caseTitle}
      />
    </Page>
  );
}
