-- What: stretches of addresses as one value, and networks that are told apart anew by whoever looks for unusual ones.
-- Why: uses are found by the network of the internet that they came from, which has thousands of stretches: whether an address is in one of them is a search in
-- a sorted list. A token's networks of before are hashes of something else (its addresses' /24), and would make every token look as if it had moved.
-- Lock: none but the rows of tokens that live. Size: those rows, some 80 bytes each, once.
CREATE TYPE "address_range" AS RANGE (SUBTYPE = inet, MULTIRANGE_TYPE_NAME = "address_multirange");

UPDATE "detection_token" SET "networks" = '{}' WHERE "networks" <> '{}';
