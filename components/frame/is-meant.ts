/** Whether every word that was typed stands in a name or in what it is about. */
export function isMeant({ name, about }: { name: string; about: string }, text: string): boolean {
  const all = `${name} ${about}`.toLowerCase();
  return text
    .toLowerCase()
    .split(/\s+/)
    .every((word) => all.includes(word));
}
