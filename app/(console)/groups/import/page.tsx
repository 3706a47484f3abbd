import type { Metadata } from "next";
import { requireSignedIn } from "#app/_lib/context.ts";
import { ImportPage } from "#app/(console)/_components/people-import/import-page.tsx";
import { importWords as words } from "#app/(console)/_components/people-import/words.ts";

export const metadata: Metadata = { title: words.title.groups };

export default async function ImportGroupsPage({
  searchParams,
}: {
  searchParams: Promise<Record<string, string | string[] | undefined>>;
}) {
  const query = await searchParams;
  const ctx = await requireSignedIn(
    `/groups/import${typeof query.id === "string" ? `?id=${encodeURIComponent(query.id)}` : ""}`,
  );
  return <ImportPage ctx={ctx} kind="groups" query={query} />;
}
