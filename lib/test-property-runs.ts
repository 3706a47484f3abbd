/** How often a property is tried: as often as said, and ten times that where there is time for it (`npm run test:full`). */
export const propertyRuns = (count: number) => (process.env.TEST_FULL === "1" ? 10 * count : count);
