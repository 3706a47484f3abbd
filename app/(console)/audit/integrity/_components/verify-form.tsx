"use client";

import { Button, Group, TextInput } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useRouter } from "next/navigation";
import { type FormEvent, useState } from "react";
import { useIsHydrated } from "#components/display/use-is-hydrated.ts";
import { ProblemAlert } from "#components/feedback/problem-alert.tsx";
import { useSend } from "#components/form/use-send.ts";
import { useKeep } from "#components/live/live.tsx";
import { instantOf, localOf } from "#components/revocation/order-words.ts";
import { useWork } from "#components/work/work.tsx";
import { integrityWords as words } from "./words.ts";

const HOUR_MS = 3_600_000;
const FIELDS = ["from", "until"];

/** Asks for the span that is to be verified, the last hour at first. */
export function VerifyForm({ now }: { now: string }) {
  const router = useRouter();
  const { look } = useWork();
  const isHydrated = useIsHydrated();
  const request = useSend(FIELDS);
  const at = Date.parse(now);
  const [span, setSpan] = useState({ from: localOf(new Date(at - HOUR_MS)), until: localOf(new Date(at)) });
  const [isChanged, setIsChanged] = useState(false);
  useKeep(isChanged);
  const [from, until] = [instantOf(span.from), instantOf(span.until)];

  async function submit(event: FormEvent) {
    event.preventDefault();
    if (request.isBusy) return;
    if ((await request.send("POST", "/api/v1/evidence-checks", { from, until })) === undefined) return;
    setIsChanged(false);
    notifications.show({ message: words.started, color: "green" });
    look();
    router.refresh();
  }

  const field = (name: "from" | "until", label: string) => (
    <TextInput
      // the server writes it in its own zone, and what is hydrated keeps what the server wrote
      key={`${name} ${isHydrated}`}
      type="datetime-local"
      label={label}
      value={span[name]}
      required
      error={request.faultOf(name)}
      onChange={(event) => {
        const { value } = event.currentTarget;
        request.touch(name);
        setIsChanged(true);
        setSpan((before) => ({ ...before, [name]: value }));
      }}
    />
  );
  return (
    <form method="post" onSubmit={submit} aria-label={words.verify}>
      <Group gap="md" align="flex-end" mt="sm">
        {field("from", words.from)}
        {field("until", words.until)}
        <Button
          type="submit"
          variant="filled"
          loading={request.isBusy}
          disabled={from === null || until === null}
        >
          {words.start}
        </Button>
      </Group>
      {isHydrated ? (
        <p className="muted" style={{ marginTop: 8, fontSize: 12 }}>
          {words.zone(Intl.DateTimeFormat().resolvedOptions().timeZone)}
        </p>
      ) : null}
      <ProblemAlert error={request.problem} title="It was not begun" fields={request.fields} />
    </form>
  );
}
