"use client";

import { GLOSSARY } from "../display/glossary.ts";
import { OnDemandDialog } from "../on-demand/dialog.tsx";
import classes from "./glossary.module.css";

/** What the words of the console mean, all of them. */
export function GlossaryDialog({ isOpen, onClose }: { isOpen: boolean; onClose: () => void }) {
  return (
    <OnDemandDialog isOpen={isOpen} onClose={onClose} title="What the words mean" size={640}>
      <dl className={classes.words}>
        {Object.values(GLOSSARY).map(({ name, means }) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{means}</dd>
          </div>
        ))}
      </dl>
    </OnDemandDialog>
  );
}
