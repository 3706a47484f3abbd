import Link from "next/link";
import classes from "./link-choices.module.css";

export type LinkChoice = { word: string; href: string; isCurrent: boolean; hint?: string | undefined };

/** A few ways to look at a page, side by side, of which one is taken: each is an address. */
export function LinkChoices({ label, choices }: { label: string; choices: readonly LinkChoice[] }) {
  return (
    <nav className={classes.choices} aria-label={label}>
      {choices.map(({ word, href, isCurrent, hint }) => (
        <Link
          key={word}
          prefetch={false}
          scroll={false}
          title={hint}
          href={href}
          aria-current={isCurrent ? "true" : undefined}
          className={classes.choice}
        >
          {word}
        </Link>
      ))}
    </nav>
  );
}
