import type { ReactNode } from "react";
import { Card } from "../display/card.tsx";
import { EmptyState } from "../feedback/empty-state.tsx";
import { Page, PageHeader } from "./page-header.tsx";

/** A page with a list that is short enough to be there whole: its table, or what to do first where it has none. */
export function ShortListPage({
  words,
  icon,
  action,
  children,
}: {
  words: { title: string; purpose: string; none: string; noneText: string };
  icon: ReactNode;
  /** Makes a new one; null for who may not. */
  action: ReactNode;
  /** Null where there is none. */
  children: ReactNode;
}) {
  return (
    <Page>
      <PageHeader title={words.title} purpose={words.purpose} actions={children === null ? null : action} />
      {children === null ? (
        <Card>
          <EmptyState icon={icon} title={words.none} action={action}>
            {words.noneText}
          </EmptyState>
        </Card>
      ) : (
        <Card flush>{children}</Card>
      )}
    </Page>
  );
}
