"use client";

import { Button, TextInput } from "@mantine/core";
import { usePathname, useRouter, useSearchParams } from "next/navigation";
import { useState } from "react";
import { FormDialog } from "#components/overlay/form-dialog.tsx";
import { instantOf, localOf } from "#components/revocation/order-words.ts";
import { compromiseWords as words } from "./compromise-words.ts";

/** Buttons that choose a window: the address has it, so that it can be sent to others. */
export function CompromiseForm({
  from,
  hasSuggestion = true,
}: {
  from: string | null;
  /** Whether the log can tell when it began. */
  hasSuggestion?: boolean;
}) {
  const router = useRouter();
  const path = usePathname();
  const params = useSearchParams();
  const [isOpen, setIsOpen] = useState(false);
  const [typed, setTyped] = useState("");
  const at = instantOf(typed);
  const isFuture = at !== null && Date.parse(at) > Date.now();

  function show(window: string | null) {
    const next = new URLSearchParams(params);
    if (window === null) next.delete("window");
    else next.set("window", window);
    setIsOpen(false);
    router.replace(next.size === 0 ? path : `${path}?${next}`, { scroll: false });
  }

  return (
    <>
      {hasSuggestion ? (
        <Button size="compact-sm" onClick={() => show("suggested")}>
          {words.suggest}
        </Button>
      ) : null}
      <Button
        size="compact-sm"
        onClick={() => {
          setTyped(localOf(from === null ? new Date() : new Date(from)));
          setIsOpen(true);
        }}
      >
        {from === null ? words.set : words.change}
      </Button>
      {from === null ? null : (
        <Button size="compact-sm" variant="subtle" onClick={() => show(null)}>
          {words.clear}
        </Button>
      )}
      <FormDialog
        isOpen={isOpen}
        onClose={() => setIsOpen(false)}
        title={words.title}
        act={words.show}
        isReady={at !== null && !isFuture}
        isBusy={false}
        problem={null}
        onSubmit={() => show(at)}
      >
        <TextInput
          type="datetime-local"
          label={words.from}
          description={words.fromHelp}
          error={isFuture ? words.future : null}
          value={typed}
          required
          onChange={(event) => setTyped(event.currentTarget.value)}
          data-autofocus
        />
      </FormDialog>
    </>
  );
}
