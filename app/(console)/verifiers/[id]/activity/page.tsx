import type { Metadata } from "next";
import { cache } from "react";
import { requestContext, requireSignedIn } from "#app/_lib/context.ts";
import { orNotFound } from "#app/_lib/or-not-found.ts";
import { titleOf } from "#app/_lib/title-of.ts";
import { parseAsked } from "#app/(console)/_components/lifeline/asked.ts";
import { Followed } from "#app/(console)/_components/lifeline/followed.tsx";
import { SubjectTabs } from "#app/(console)/_components/subject-tabs.tsx";
import { StateBadge } from "#components/display/state-badge.tsx";
import { Page, PageHeader } from "#components/frame/page-header.tsx";
import { getVerifier } from "#lib/verifiers/get-verifier.ts";
import { verifierWords as words } from "../../_components/words.ts";

type VerifierActivityProps = {
  params: Promise<{ id: string }>;
  searchParams: Promise<Record<string, string | string[] | undefined>>;
};

/** Read once for the title and the page. */
const readVerifier = cache(async (id: string) => getVerifier(await requestContext(), { verifierId: id }));

export async function generateMetadata({ params }: Pick<VerifierActivityProps, "params">): Promise<Metadata> {
  const { id } = await params;
  return titleOf(
    readVerifier(id).then(({ name }) => words.activityOf(name)),
    words.one,
  );
}

/** A verifier through time: what it let in and refused, of whom, and from where. */
export default async function VerifierActivityPage({ params, searchParams }: VerifierActivityProps) {
  const { id } = await params;
  const ctx = await requireSignedIn(`/verifiers/${id}/activity`);
  const verifier = await orNotFound(readVerifier(id));
  return (
    <Page>
      <PageHeader
        title={verifier.name}
        badges={<StateBadge state={verifier.state} />}
        purpose={verifier.description || words.purpose}
        crumbs={[{ name: words.title, href: "/verifiers" }]}
      />
      <SubjectTabs kind="verifier" id={verifier.id} current="activity" />
      <Followed
        ctx={ctx}
        kind="verifier"
        id={verifier.id}
        asked={parseAsked(await searchParams)}
        log={{ verifier: verifier.name }}
      />
    </Page>
  );
}
