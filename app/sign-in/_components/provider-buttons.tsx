"use client";

import { Button, Stack } from "@mantine/core";
import { IconUserKey } from "@tabler/icons-react";
import { useState } from "react";
import { RequestProblem } from "#components/request/request-json.ts";
import { startAtProvider } from "#components/request/start-at-provider.ts";
import { signInWords as words } from "./words.ts";

/** A button for each provider, which leads there. */
export function ProviderButtons({
  providers,
  next,
  onRefused,
}: {
  providers: { id: string; name: string }[];
  next: string;
  onRefused: (why: string | null) => void;
}) {
  const [busy, setBusy] = useState<string | null>(null);

  async function go(id: string) {
    onRefused(null);
    setBusy(id);
    try {
      window.location.assign(await startAtProvider(id, { next }));
    } catch (error) {
      onRefused(error instanceof RequestProblem && error.status === 429 ? error.message : words.providerAway);
      setBusy(null);
    }
  }

  return (
    <Stack gap="xs">
      {providers.map(({ id, name }, index) => (
        <Button
          key={id}
          variant={index === 0 ? "filled" : "default"}
          fullWidth
          leftSection={<IconUserKey size={18} />}
          loading={busy === id}
          disabled={busy !== null && busy !== id}
          onClick={() => void go(id)}
        >
          {words.by(name)}
        </Button>
      ))}
    </Stack>
  );
}
