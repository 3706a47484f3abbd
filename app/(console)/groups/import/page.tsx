import type { Metadata } from "next";
import { ImportPage } from "#app/(console)/_components/people-import/import-page.tsx";
import { importWords as words } from "#app/(console)/_components/people-import/words.ts";

export const metadata: Metadata = { title: words.title.groups };

export default async function ImportGroupsPage({
  searchParams,
}: {
  searchParams: Promise<Record<string, string | string[] | undefined>>;
}) {
  return <ImportPage kind="groups" query={await searchParams} />;
}
