"use client";

import { Button } from "@mantine/core";
import type { FormEvent, ReactNode } from "react";
import { LinkButton } from "../display/link-button.tsx";
import { ProblemAlert } from "../feedback/problem-alert.tsx";
import type { RequestProblem } from "../request/request-json.ts";
import classes from "./form-card.module.css";

type FormCardProps = {
  /** The form's name for screen readers. */
  name: string;
  onSubmit: () => void;
  isBusy: boolean;
  problem: RequestProblem | null;
  submitWord: string;
  /** Where Cancel leads; without it there is no Cancel. */
  cancelHref?: string;
  isSubmitDisabled?: boolean;
  /** Beside the buttons: what saving will do. */
  note?: ReactNode;
  children: ReactNode;
};

/** A form as a card of sections with its buttons at the foot. */
export function FormCard(props: FormCardProps) {
  const {
    name,
    onSubmit,
    isBusy,
    problem,
    submitWord,
    cancelHref,
    isSubmitDisabled = false,
    note,
    children,
  } = props;
  function submit(event: FormEvent) {
    event.preventDefault();
    if (!isBusy) onSubmit();
  }
  return (
    // before the script is there, what was typed must not end up in the address
    <form method="post" className={classes.form} aria-label={name} onSubmit={submit} noValidate={false}>
      {children}
      <footer className={classes.foot}>
        <ProblemAlert error={problem} title="It was not saved" />
        <div className={classes.buttons}>
          {note ? <p className={classes.note}>{note}</p> : null}
          {cancelHref ? <LinkButton href={cancelHref}>Cancel</LinkButton> : null}
          <Button type="submit" variant="filled" loading={isBusy} disabled={isSubmitDisabled}>
            {submitWord}
          </Button>
        </div>
      </footer>
    </form>
  );
}

/** A part of a form: what it is about at the left, its fields at the right. */
export function FormSection({
  title,
  help,
  children,
}: {
  title: string;
  help?: ReactNode;
  children: ReactNode;
}) {
  return (
    <section className={classes.section}>
      <div className={classes.about}>
        <h2 className={classes.title}>{title}</h2>
        {help ? <p className={classes.help}>{help}</p> : null}
      </div>
      <div className={classes.fields}>{children}</div>
    </section>
  );
}
