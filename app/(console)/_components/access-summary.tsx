import { Alert } from "@mantine/core";
import type { ReactNode } from "react";
import { Card } from "#components/display/card.tsx";
import { KeyValue } from "#components/display/key-value.tsx";
import type { Explained } from "#lib/access/model.ts";
import { AccessFirst } from "./access-first.tsx";
import { accessWords as words } from "./access-words.ts";

/** The answer before the list: in which parts of the console somebody may do all, some or nothing, by what, and what comes first. */
export function AccessSummary({ explained, children }: { explained: Explained; children?: ReactNode }) {
  const { subject, why, areas } = explained;
  const parts = areas.map(({ area, permissions }) => {
    const may = permissions.filter((row) => row.may).length;
    const extent = may === 0 ? "none" : may === permissions.length ? "all" : "some";
    return { extent, says: extent === "some" ? words.someOf(area, may, permissions.length) : area };
  });
  const of = (extent: string) => parts.filter((part) => part.extent === extent).map(({ says }) => says);
  const isAll = parts.every(({ extent }) => extent === "all");
  const lines = [
    { key: words.all, value: of("all") },
    { key: words.some, value: of("some") },
    { key: words.none, value: of("none") },
  ].filter(({ value }) => value.length > 0);
  return (
    <Card title={words.onAdmin}>
      {subject.whyNotNow === null ? null : (
        <Alert color="yellow" mb="sm">
          {subject.whyNotNow}
        </Alert>
      )}
      <p style={{ marginBottom: 10 }}>
        <strong>{why}</strong>
      </p>
      {isAll ? (
        <p style={{ marginBottom: 10 }}>{words.everyPart}</p>
      ) : (
        <KeyValue wide items={lines.map(({ key, value }) => ({ key, value: value.join(" · ") }))} />
      )}
      <AccessFirst explained={explained} />
      {children}
    </Card>
  );
}
