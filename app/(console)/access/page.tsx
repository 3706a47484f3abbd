import { IconUserQuestion } from "@tabler/icons-react";
import type { Metadata } from "next";
import { requireSignedIn } from "#app/_lib/context.ts";
import { declaredActs } from "#app/_lib/declared-acts.ts";
import { orNotFound } from "#app/_lib/or-not-found.ts";
import { AccessSummary } from "#app/(console)/_components/access-summary.tsx";
import { AccessTable } from "#app/(console)/_components/access-table.tsx";
import { accessWords as words } from "#app/(console)/_components/access-words.ts";
import { NotForRole } from "#app/(console)/_components/not-for-role.tsx";
import { allRoutes } from "#app/api/v1/_definitions.ts";
import { Card } from "#components/display/card.tsx";
import { EmptyState } from "#components/feedback/empty-state.tsx";
import { Page, PageHeader } from "#components/frame/page-header.tsx";
import { explainAct, explainSubject, listActs } from "#lib/access/explain-access.ts";
import type { ActRow, DeclaredAct, Subject, SubjectKind } from "#lib/access/model.ts";
import { listSubjects } from "#lib/access/subjects.ts";
import { can } from "#lib/authz/require-permission.ts";
import type { Context } from "#lib/context.ts";
import { AccessTabs } from "./_components/access-tabs.tsx";
import { type ChoiceGroup, Choose } from "./_components/choose.tsx";
import { WhoMay } from "./_components/who-may.tsx";

export const metadata: Metadata = { title: words.title };

type Given = Record<string, string | string[] | undefined>;
type AccessPageProps = { searchParams: Promise<Given> };

function groupsOf<Row>(
  rows: readonly Row[],
  groupOf: (row: Row) => string,
  itemOf: (row: Row) => ChoiceGroup["items"][number],
) {
  const groups = new Map<string, ChoiceGroup["items"]>();
  for (const row of rows) groups.set(groupOf(row), [...(groups.get(groupOf(row)) ?? []), itemOf(row)]);
  return [...groups].map(([group, items]): ChoiceGroup => ({ group, items }));
}

function subjectGroups(subjects: readonly Subject[], of: SubjectKind): ChoiceGroup[] {
  return groupsOf(
    subjects.filter(({ kind }) => kind === of),
    () => (of === "admin" ? words.admins : words.apiTokens),
    ({ id, name, email, state }) => ({
      value: id,
      label: `${name}${email === null || email === name ? "" : ` (${email})`}${state === "active" ? "" : `, ${words.stateOf(state)}`}`,
    }),
  );
}

async function OfAct({ ctx, acts, id }: { ctx: Context; acts: DeclaredAct[]; id: string | undefined }) {
  const rows = await listActs(ctx, acts);
  const groups = groupsOf(
    rows,
    ({ area }: ActRow) => area,
    ({ id: value, summary }) => ({ value, label: summary }),
  );
  return (
    <>
      <Card>
        <Choose
          label={words.act}
          placeholder={words.actExample}
          groups={groups}
          value={id ?? null}
          param="act"
        />
      </Card>
      {id === undefined ? (
        <Card>
          <EmptyState icon={<IconUserQuestion size={28} stroke={1.5} />} title={words.chooseAct}>
            {words.chooseActText}
          </EmptyState>
        </Card>
      ) : (
        <WhoMay {...(await orNotFound(explainAct(ctx, { actId: id }, acts)))} />
      )}
    </>
  );
}

async function OfSubject({
  ctx,
  acts,
  of,
}: {
  ctx: Context;
  acts: DeclaredAct[];
  of: { kind: SubjectKind; id: string } | null;
}) {
  const subjects = await listSubjects(ctx);
  const explained = of === null ? null : await orNotFound(explainSubject(ctx, of, acts));
  const chosen = (kind: SubjectKind) => (of?.kind === kind ? of.id : null);
  return (
    <>
      <Card>
        <div style={{ display: "grid", gap: 12 }}>
          <Choose
            label={words.admins}
            placeholder={words.adminExample}
            groups={subjectGroups(subjects, "admin")}
            value={chosen("admin")}
            param="admin"
          />
          {subjects.some(({ kind }) => kind === "api_token") ? (
            <Choose
              label={words.apiTokens}
              placeholder={words.apiTokenExample}
              groups={subjectGroups(subjects, "api_token")}
              value={chosen("api_token")}
              param="api_token"
            />
          ) : null}
        </div>
      </Card>
      {explained === null ? (
        <Card>
          <EmptyState icon={<IconUserQuestion size={28} stroke={1.5} />} title={words.chooseSubject}>
            {words.chooseSubjectText}
          </EmptyState>
        </Card>
      ) : (
        <>
          <AccessSummary explained={explained} />
          <AccessTable areas={explained.areas} />
        </>
      )}
    </>
  );
}

/** Where whoever signs in first comes back to. */
function addressOf(given: Record<string, string | undefined>): string {
  const asked = Object.entries(given).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]]));
  return asked.length === 0 ? "/access" : `/access?${new URLSearchParams(asked)}`;
}

export default async function AccessPage({ searchParams }: AccessPageProps) {
  const given = await searchParams;
  const text = (name: string) => (typeof given[name] === "string" ? (given[name] as string) : undefined);
  const [act, admin, token, by] = [text("act"), text("admin"), text("api_token"), text("by")];
  const ctx = await requireSignedIn(addressOf({ act, admin, api_token: token, by }));
  if (!can(ctx, "access:read")) return <NotForRole role={ctx.actor.role} />;
  const isByAct = act !== undefined || by === "act";
  const acts = declaredActs(allRoutes());
  const of: { kind: SubjectKind; id: string } | null =
    admin !== undefined
      ? { kind: "admin", id: admin }
      : token !== undefined
        ? { kind: "api_token", id: token }
        : null;
  return (
    <Page>
      <PageHeader title={words.title} purpose={words.purpose} />
      <AccessTabs isByAct={isByAct} />
      {isByAct ? <OfAct ctx={ctx} acts={acts} id={act} /> : <OfSubject ctx={ctx} acts={acts} of={of} />}
    </Page>
  );
}
