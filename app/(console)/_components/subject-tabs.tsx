import { PageTabs } from "#components/layout/page-tabs.tsx";
import { lifelineHref } from "#lib/lifelines/model.ts";
import { lifelineWords as words } from "./lifeline/words.ts";

const NAMES = { user: "Account", client: "Client", verifier: "Verifier" } as const;

/** A thing's page, and what was done with it through time. */
export function SubjectTabs({
  kind,
  id,
  current,
}: {
  kind: keyof typeof NAMES;
  id: string;
  current: "itself" | "activity";
}) {
  const tabs = [
    { href: `/${kind}s/${id}`, name: NAMES[kind] },
    { href: lifelineHref({ kind, id }), name: words.activity },
  ];
  return (
    <PageTabs label={words.parts} tabs={tabs} current={tabs[current === "itself" ? 0 : 1]?.href ?? ""} />
  );
}
