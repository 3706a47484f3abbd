import type { TransactionEnd } from "./sql.ts";

/** Who wants to know how a transaction ends. */
export class TransactionEnds {
  #tells: ((end: TransactionEnd) => void)[] = [];

  add(tell: (end: TransactionEnd) => void): void {
    this.#tells.push(tell);
  }

  /** Tells each of them, once. */
  tell(end: TransactionEnd): void {
    const tells = this.#tells;
    this.#tells = [];
    for (const tell of tells) tell(end);
  }
}
