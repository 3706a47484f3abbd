import { DomainError } from "../errors.ts";
import type { ListQuery } from "../list-query/define-table.ts";
import { parseListQueryStrict } from "../list-query/parse-list-query.ts";
import type { ListName } from "./model.ts";
import { TABLES } from "./table.ts";

const OF_ONE_PAGE = ["size", "cursor"];

/**
 * The filters and order that a list's address has, as text: `state=active&client=billing&sort=-expires`.
 *
 * @throws {DomainError} INVALID_INPUT naming each parameter that is bad or unknown, under `at`.
 */
export function parseListText(list: ListName, text: string, at: string): ListQuery {
  const parameters = new URLSearchParams(text);
  const ofOnePage = OF_ONE_PAGE.filter((name) => parameters.has(name));
  if (ofOnePage.length > 0)
    throw new DomainError("INVALID_INPUT", "Filters and order alone are meant here, not one page.", {
      fields: ofOnePage.map((name) => ({
        path: `${at}.${name}`,
        message: "Belongs to one page of the list.",
      })),
    });
  try {
    return parseListQueryStrict(TABLES[list], parameters);
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    const fields = error.fields.map(({ path, message }) => ({
      path: `${at}.${path}`.slice(0, 100),
      message,
    }));
    throw new DomainError(error.code, error.message, { fields, cause: error });
  }
}
