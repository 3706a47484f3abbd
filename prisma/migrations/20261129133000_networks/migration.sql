-- What: stretches of addresses as one value, and a token's networks in a column of their own, told apart anew by whoever looks for unusual ones.
-- Why: uses are found by the network of the internet that they came from, which has thousands of stretches: whether an address is in one of them is a search in
-- a sorted list. A token's networks of before are hashes of something else (its addresses' /24), and would make every token look as if it had moved: they are
-- left where they are, for processes of the version before, and go with their tokens.
-- Lock: "detection_token" for a moment; no row is looked at. Size: none.
-- runs beside the version before
CREATE TYPE "address_range" AS RANGE (SUBTYPE = inet, MULTIRANGE_TYPE_NAME = "address_multirange");

ALTER TABLE "detection_token"
  ADD COLUMN "network_hashes" INTEGER[] NOT NULL DEFAULT '{}',
  ALTER COLUMN "networks" SET DEFAULT '{}';
