import { type ReactNode, useEffect, useRef } from "react";
import classes from "./filter-bar.module.css";
import type { Offer } from "./query-offers.ts";

type OffersProps = {
  listId: string;
  offers: readonly Offer[];
  /** The offer that the arrows are at. */
  at: number;
  onTake: (offer: Offer) => void;
  /** Said instead of offers. */
  children: ReactNode;
};

/** The type-ahead below a field that keeps the focus. */
export function Offers({ listId, offers, at, onTake, children }: OffersProps) {
  const list = useRef<HTMLDivElement>(null);
  useEffect(() => {
    list.current?.children[at]?.scrollIntoView({ block: "nearest" });
  }, [at]);
  if (children !== null)
    return (
      <div id={listId} role="status" className={classes.offers}>
        <p className="muted">{children}</p>
      </div>
    );
  return (
    <div ref={list} id={listId} role="listbox" aria-label="What can follow" className={classes.offers}>
      {offers.map((offer, index) => (
        // biome-ignore lint/a11y/useKeyWithClickEvents: the keys are the field's, which keeps the focus
        <div
          key={offer.insert}
          id={`${listId}-${index}`}
          role="option"
          tabIndex={-1}
          aria-selected={index === at}
          className={classes.option}
          // the field keeps the focus
          onMouseDown={(event) => event.preventDefault()}
          onClick={() => onTake(offer)}
        >
          <code>{offer.label}</code>
          <span>{offer.about}</span>
        </div>
      ))}
    </div>
  );
}
