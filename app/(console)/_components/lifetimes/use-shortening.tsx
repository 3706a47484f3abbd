"use client";

import { type ReactNode, useRef, useState } from "react";
import { OnDemandDialog } from "#components/on-demand/dialog.tsx";
import { requestJson } from "#components/request/request-json.ts";
import type { LifetimePreview } from "#lib/lifetimes/preview-model.ts";
import { ShortenForm } from "./shorten-form.tsx";
import { shortenWords as words } from "./shorten-words.ts";

/** What is sent with the change: the plan of the tokens that end with it. */
export type Shorten = { planId: string; confirm?: string };
/** `go` false: the person went back. */
export type ShorteningChoice = { go: boolean; shorten?: Shorten };

type Asked = {
  /** Each time that it is asked is another: nothing that was answered before is kept. */
  id: number;
  url: string;
  settings: object;
  preview: LifetimePreview;
  isChange: boolean;
  answer: (choice: ShorteningChoice) => void;
};

/**
 * Asks, before lifetimes are saved, what happens to the live tokens that outlive them. `ask` answers at once where there are none.
 * Without a change it is about the present limits.
 */
export function useShortening(): {
  ask: (url: string, settings: object) => Promise<ShorteningChoice & { hasNone?: boolean }>;
  dialog: ReactNode;
} {
  const [asked, setAsked] = useState<Asked | null>(null);
  const [isOpen, setIsOpen] = useState(false);
  const count = useRef(0);

  async function ask(url: string, settings: object) {
    const isChange = Object.keys(settings).length > 0;
    const body = isChange ? settings : { shorten: true };
    const preview = await requestJson<LifetimePreview>(url, { method: "POST", body });
    if (preview.isExact && preview.access + preview.refresh === 0) return { go: true, hasNone: true };
    return new Promise<ShorteningChoice>((resolve) => {
      count.current += 1;
      setAsked({ id: count.current, url, settings, preview, isChange, answer: resolve });
      setIsOpen(true);
    });
  }

  function answer(choice: ShorteningChoice) {
    setIsOpen(false);
    asked?.answer(choice);
  }

  return {
    ask,
    dialog: (
      <OnDemandDialog
        isOpen={isOpen}
        onClose={() => answer({ go: false })}
        title={asked?.isChange === false ? words.titleNow : words.title}
        size={600}
      >
        {asked === null ? null : (
          <ShortenForm
            key={asked.id}
            preview={asked.preview}
            isChange={asked.isChange}
            makePlan={() =>
              requestJson<LifetimePreview>(asked.url, {
                method: "POST",
                body: { ...asked.settings, shorten: true },
              })
            }
            onAnswer={answer}
          />
        )}
      </OnDemandDialog>
    ),
  };
}
