import { accessWords as words } from "#app/(console)/_components/access-words.ts";
import { PageTabs } from "#components/layout/page-tabs.tsx";

/** The two ways to ask: what may this one do, and who may do that. */
export function AccessTabs({ isByAct = false }: { isByAct?: boolean }) {
  return (
    <PageTabs
      label={words.title}
      current={isByAct ? "/access?by=act" : "/access"}
      tabs={[
        { href: "/access", name: words.bySubject },
        { href: "/access?by=act", name: words.byAct },
      ]}
    />
  );
}
