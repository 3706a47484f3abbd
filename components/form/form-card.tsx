"use client";

import { Button } from "@mantine/core";
import {
  type FormEvent,
  type KeyboardEvent,
  type ReactNode,
  useEffect,
  useId,
  useRef,
  useState,
} from "react";
import type { GuardedKind } from "#lib/approvals/model.ts";
import { LinkButton } from "../display/link-button.tsx";
import { ProblemAlert } from "../feedback/problem-alert.tsx";
import { useHold } from "../live/live.tsx";
import { GuardedHint } from "../second-person/guarded-kinds.tsx";
import classes from "./form-card.module.css";
import type { Send } from "./use-send.ts";

/** Keys that walk through a form and change nothing. */
const WALKS = new Set(["Tab", "Shift", "Escape", "Control", "Meta", "Alt"]);

type FormCardProps = {
  /** The form's name for screen readers. */
  name: string;
  onSubmit: () => void;
  request: Pick<Send, "isBusy" | "problem" | "refusals" | "fields">;
  submitWord: string;
  /** Where Cancel leads; without it there is no Cancel. */
  cancelHref?: string;
  /** Why it cannot be sent as it stands, in a sentence; null where it can. */
  whyNotYet?: string | null;
  /** Beside the buttons: what saving will do. */
  note?: ReactNode;
  /** The kind of act, where it may want a second person: then it says so, before anything is typed. */
  guarded?: GuardedKind | undefined;
  children: ReactNode;
};

/**
 * A form as a card of sections with its buttons at the foot. Until somebody touches it, it follows what is saved elsewhere, where its place in the page has
 * the version as its key; from then on it stays as it is, and with it the version that it was made from.
 */
export function FormCard(props: FormCardProps) {
  const { name, onSubmit, request, submitWord, cancelHref, whyNotYet = null, note, children } = props;
  const { isBusy, problem, refusals, fields } = request;
  const whyId = useId();
  const form = useRef<HTMLFormElement>(null);
  const [isTouched, setIsTouched] = useState(false);
  useHold(isTouched);
  const touch = () => setIsTouched(true);
  useEffect(() => {
    if (refusals > 0) showFirstFault(form.current);
  }, [refusals]);

  function submit(event: FormEvent) {
    event.preventDefault();
    if (!isBusy) onSubmit();
  }
  return (
    // before the script is there, what was typed must not end up in the address
    <form
      method="post"
      ref={form}
      className={classes.form}
      aria-label={name}
      onSubmit={submit}
      onChange={touch}
      onPointerDown={touch}
      onKeyDown={({ key }: KeyboardEvent) => (WALKS.has(key) ? undefined : touch())}
    >
      <div className={classes.guarded}>
        <GuardedHint kind={props.guarded} />
      </div>
      {children}
      <footer className={classes.foot}>
        <ProblemAlert error={problem} title="It was not saved" fields={fields} />
        <div className={classes.buttons}>
          {note ? <p className={classes.note}>{note}</p> : null}
          {cancelHref ? <LinkButton href={cancelHref}>Cancel</LinkButton> : null}
          <p id={whyId} className={classes.why} aria-live="polite">
            {whyNotYet}
          </p>
          <Button
            type="submit"
            variant="filled"
            loading={isBusy}
            disabled={whyNotYet !== null}
            aria-describedby={whyId}
          >
            {submitWord}
          </Button>
        </div>
      </footer>
    </form>
  );
}

/** Takes the person to the first field that was refused. */
function showFirstFault(form: HTMLFormElement | null): void {
  const field = form?.querySelector<HTMLElement>('[aria-invalid="true"], [data-fault]');
  field?.focus({ preventScroll: true });
  field?.scrollIntoView({ block: "center" });
}

/** A part of a form: what it is about at the left, its fields at the right, or below it over the whole width. */
export function FormSection({
  title,
  help,
  children,
  isWide = false,
}: {
  title: string;
  help?: ReactNode;
  children: ReactNode;
  isWide?: boolean;
}) {
  return (
    <section className={classes.section} data-wide={isWide || undefined}>
      <div className={classes.about}>
        <h2 className={classes.title}>{title}</h2>
        {help ? <p className={classes.help}>{help}</p> : null}
      </div>
      <div className={classes.fields}>{children}</div>
    </section>
  );
}
