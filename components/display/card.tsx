import type { ReactNode } from "react";
import classes from "./card.module.css";

type CardProps = {
  title?: ReactNode;
  /** At the right of the title. */
  aside?: ReactNode;
  children: ReactNode;
  className?: string | undefined;
  /** The title's level; 2 unless the card stands inside of another section. */
  level?: 2 | 3;
  /** Without padding, for a table that fills the card. */
  flush?: boolean;
};

/** A surface with a small upper-case title. */
export function Card({ title, aside, children, className, level = 2, flush = false }: CardProps) {
  const Heading = level === 2 ? "h2" : "h3";
  return (
    <section className={`${classes.card} ${className ?? ""}`} data-flush={flush || undefined}>
      {title || aside ? (
        <header className={classes.header}>
          {title ? <Heading className={classes.title}>{title}</Heading> : <span />}
          {aside ? <div className={classes.aside}>{aside}</div> : null}
        </header>
      ) : null}
      {children}
    </section>
  );
}

/** A title inside of a card, of the same look as the card's own. */
export function CardHeading({ children }: { children: ReactNode }) {
  return <h3 className={`${classes.title} ${classes.inner}`}>{children}</h3>;
}
