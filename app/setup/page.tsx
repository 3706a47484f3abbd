import type { Metadata } from "next";
import { redirect } from "next/navigation";
import { requestContext } from "#app/_lib/context.ts";
import { Doorway } from "#components/layout/doorway.tsx";
import { inspectSetupLink } from "#lib/admins/inspect-setup-link.ts";
import { hasOwner } from "#lib/admins/owner-lock.ts";
import { listAudiences } from "#lib/audiences/list-audiences.ts";
import { AUDIENCES_TABLE } from "#lib/audiences/table.ts";
import type { Context } from "#lib/context.ts";
import { getEnv } from "#lib/env.ts";
import { DomainError } from "#lib/errors.ts";
import { defaultQuery } from "#lib/list-query/define-table.ts";
import { getOrganisation } from "#lib/organisation/get-organisation.ts";
import { EnrolmentForm } from "./_components/enrolment-form.tsx";
import { FirstClient } from "./_components/first-client.tsx";
import { GoneLink, NoLink } from "./_components/no-link.tsx";
import { OrganisationForm } from "./_components/organisation-form.tsx";
import { SetupSteps } from "./_components/steps.tsx";
import { setupWords as words } from "./_components/words.ts";

export const metadata: Metadata = { title: words.title, referrer: "no-referrer" };
export const dynamic = "force-dynamic";

type Parameters = Promise<Record<string, string | string[] | undefined>>;

/** The first run, and invitations: `token` is a one-time link's, `step` what the owner goes on with after signing in. */
export default async function SetupPage({ searchParams }: { searchParams: Parameters }) {
  const { token, step } = await searchParams;
  if (typeof token === "string") return <WithLink setupToken={token} />;
  const ctx = await requestContext();
  if (ctx.actor.kind !== "admin")
    return <NoLink environmentName={getEnv().environmentName} isDue={!(await hasOwner(ctx.db))} />;
  if (ctx.actor.role !== "owner" && ctx.actor.role !== "governor") redirect("/");
  const isLast = step === "client";
  return (
    <Doorway title={words.title} lead={words.lead} environmentName={getEnv().environmentName} isWide>
      <SetupSteps active={isLast ? 2 : 1}>
        {isLast ? (
          <FirstClient hasAudience={await hasAudience(ctx)} />
        ) : (
          <OrganisationForm start={await getOrganisation(ctx)} />
        )}
      </SetupSteps>
    </Doorway>
  );
}

async function hasAudience(ctx: Context): Promise<boolean> {
  const { rows } = await listAudiences(ctx, { ...defaultQuery(AUDIENCES_TABLE), pageSize: 1 });
  return rows.length > 0;
}

async function WithLink({ setupToken }: { setupToken: string }) {
  const environmentName = getEnv().environmentName;
  const link = await inspectSetupLink(await requestContext(), { setupToken }).catch((error: unknown) => {
    if (error instanceof DomainError && error.code === "GONE") return error;
    throw error;
  });
  if (link instanceof DomainError)
    return <GoneLink environmentName={environmentName} why={link.fields[0]?.message} />;
  if (link.kind === "owner")
    return (
      <Doorway title={words.title} lead={words.lead} environmentName={environmentName} isWide>
        <SetupSteps active={0}>
          <EnrolmentForm setupToken={setupToken} who={{ kind: "owner" }} />
        </SetupSteps>
      </Doorway>
    );
  return (
    <Doorway
      title={words.invitedTitle}
      lead={words.invitedLead(link.role)}
      environmentName={environmentName}
      isWide
    >
      <EnrolmentForm setupToken={setupToken} who={{ kind: "admin", email: link.email, name: link.name }} />
    </Doorway>
  );
}
