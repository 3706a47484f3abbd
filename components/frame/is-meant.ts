/** Whether every word that was typed stands in a name, in what it is about, or in what else people call it. */
export function isMeant(
  { name, about, also = "" }: { name: string; about: string; also?: string },
  text: string,
): boolean {
  const all = `${name} ${about} ${also}`.toLowerCase();
  return text
    .toLowerCase()
    .split(/\s+/)
    .every((word) => all.includes(word));
}
