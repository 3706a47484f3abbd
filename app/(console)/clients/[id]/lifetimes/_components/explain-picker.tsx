"use client";

import { Group, Select } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { Card } from "#components/display/card.tsx";
import { requestJson } from "#components/request/request-json.ts";
import { clientLifetimesWords as words } from "./words.ts";

type User = { id: string; email: string };

type ExplainPickerProps = {
  clientId: string;
  audiences: { id: string; title: string }[];
  audienceId: string | null;
  user: User | null;
};

/** Whom the explanation is for; the address keeps it. */
export function ExplainPicker({ clientId, audiences, audienceId, user }: ExplainPickerProps) {
  const router = useRouter();
  const [found, setFound] = useState<User[]>(user === null ? [] : [user]);
  const find = useDebouncedCallback(async (text: string) => {
    const query = new URLSearchParams({ size: "10", ...(text === "" ? {} : { q: text }) });
    const { rows } = await requestJson<{ rows: User[] }>(`/api/v1/users?${query}`);
    setFound(rows.map(({ id, email }) => ({ id, email })));
  }, 200);

  function go(change: { user?: string | null; audience?: string | null }) {
    const next = { user: user?.id ?? null, audience: audienceId, ...change };
    const query = new URLSearchParams();
    for (const [key, value] of Object.entries(next)) if (value !== null) query.set(key, value);
    router.replace(`/clients/${clientId}/lifetimes${query.size === 0 ? "" : `?${query}`}`, { scroll: false });
  }

  return (
    <Card title={words.explain}>
      <p className="muted" style={{ marginTop: 0 }}>
        {words.explainHelp}
      </p>
      <Group gap={12} align="flex-end">
        <Select
          label={words.user}
          placeholder={words.userHelp}
          data={found.map(({ id, email }) => ({ value: id, label: email }))}
          value={user?.id ?? null}
          onChange={(id) => go({ user: id })}
          onSearchChange={find}
          onDropdownOpen={() => find("")}
          filter={({ options }) => options}
          nothingFoundMessage={words.nobody}
          searchable
          clearable
          w={280}
        />
        {audiences.length > 1 ? (
          <Select
            label={words.audience}
            data={[
              { value: "all", label: words.allAudiences },
              ...audiences.map(({ id, title }) => ({ value: id, label: title })),
            ]}
            value={audienceId ?? "all"}
            onChange={(id) => go({ audience: id === "all" ? null : id })}
            allowDeselect={false}
            w={280}
          />
        ) : null}
      </Group>
    </Card>
  );
}
