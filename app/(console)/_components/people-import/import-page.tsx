import { redirect } from "next/navigation";
import type { SignedInContext } from "#app/_lib/context.ts";
import { orNotFound } from "#app/_lib/or-not-found.ts";
import { Page, PageHeader } from "#components/frame/page-header.tsx";
import { can } from "#lib/authz/require-permission.ts";
import { getImport, listImportRows } from "#lib/people-imports/get-import.ts";
import { IMPORT_OUTCOMES, type ImportKind, type ImportOutcome } from "#lib/people-imports/model.ts";
import { ImportForm } from "./import-form.tsx";
import { ImportPreview } from "./import-preview.tsx";
import { importWords as words } from "./words.ts";

type Query = Record<string, string | string[] | undefined>;

function outcomeOf(value: string | string[] | undefined): ImportOutcome | undefined {
  return IMPORT_OUTCOMES.find((one) => one === value);
}

function lineOf(value: string | string[] | undefined): number {
  return typeof value === "string" && /^\d{1,9}$/.test(value) ? Number(value) : 0;
}

/** A file to be chosen, or what the one by the address' `id` does. */
export async function ImportPage({
  ctx,
  kind,
  query,
}: {
  ctx: SignedInContext;
  kind: ImportKind;
  query: Query;
}) {
  const id = typeof query.id === "string" ? query.id : undefined;
  const canApply = can(ctx, kind === "users" ? "user:write" : "group:write");
  const header = (
    <PageHeader
      title={words.title[kind]}
      purpose={words.purpose[kind]}
      crumbs={[{ name: words.list[kind], href: `/${kind}` }]}
    />
  );
  if (id === undefined) {
    return (
      <Page>
        {header}
        {canApply ? <ImportForm kind={kind} /> : <p className="muted">{words.onlyApplied}</p>}
      </Page>
    );
  }
  const detail = await orNotFound(getImport(ctx, { id }));
  if (detail.kind !== kind || detail.state === "reading") redirect(`/${kind}/import`);
  const [outcome, after] = [outcomeOf(query.outcome), lineOf(query.after)];
  const { rows, next } = await listImportRows(ctx, { id, outcome, after });
  return (
    <Page>
      {header}
      <ImportPreview
        detail={detail}
        rows={rows}
        next={next}
        outcome={outcome}
        after={after}
        canApply={canApply}
      />
    </Page>
  );
}
