import { mapWords } from "./use-map-words.ts";

/** Whose data names the networks: its licence asks for the link on each page that shows them. */
export function NetworkCredit() {
  return (
    <a href="https://db-ip.com" rel="noreferrer">
      {mapWords.credit}
    </a>
  );
}
