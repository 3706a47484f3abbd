"use client";

import { Group, NativeSelect, SegmentedControl } from "@mantine/core";
import { useMounted } from "@mantine/hooks";
import { useRouter } from "next/navigation";
import { shortWords } from "#components/display/instant.tsx";
import { type BoardQuery, boardAddress } from "./board-query.ts";
import { boardWords as words } from "./words.ts";

/** Which order, and which of its verifiers: all of it is in the address. */
export function BoardChoices({
  query,
  orders,
  audiences,
  verb,
  isOver,
  counts,
}: {
  query: BoardQuery;
  orders: { id: string; line: string; createdAt: string }[];
  audiences: string[];
  verb: string;
  /** A suspension that has ended: nothing is taken back by it that could still be accepted. */
  isOver: boolean;
  counts: { reached: number; open: number };
}) {
  const router = useRouter();
  const isMounted = useMounted();
  const go = (change: Partial<BoardQuery>) =>
    router.replace(boardAddress({ ...query, ...change }), { scroll: false });
  const isGivingBack = verb === "restore" || verb === "cancel";
  const reachedWord = isGivingBack ? words.knows : words.refuses;
  return (
    <Group gap="sm" align="flex-end" mb="md">
      <NativeSelect
        label={words.order}
        value={query.order ?? ""}
        onChange={(event) => go({ order: event.currentTarget.value })}
        data={orders.map(({ id, line, createdAt }) => ({
          value: id,
          label: `${line} · ${shortWords(createdAt, isMounted)}`,
        }))}
        style={{ flex: "1 1 320px", minWidth: 0, maxWidth: 620 }}
      />
      <NativeSelect
        label={words.audience}
        value={query.audience ?? ""}
        onChange={(event) => go({ audience: event.currentTarget.value || null })}
        data={[{ value: "", label: words.anyAudience }, ...audiences]}
        style={{ flex: "0 1 200px" }}
      />
      {isOver ? null : (
        <SegmentedControl
          aria-label={words.state}
          value={query.state ?? "all"}
          onChange={(value) => go({ state: value === "reached" || value === "open" ? value : null })}
          data={[
            { value: "all", label: `${words.all} ${counts.reached + counts.open}` },
            { value: "open", label: `${isGivingBack ? words.unaware : words.canAccept} ${counts.open}` },
            { value: "reached", label: `${reachedWord} ${counts.reached}` },
          ]}
        />
      )}
    </Group>
  );
}
