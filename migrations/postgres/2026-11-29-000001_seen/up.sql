-- The last day on which the account was used, in days since 1970-01-01 (UTC). No more is kept of when people are here.
ALTER TABLE accounts ADD COLUMN seen_on BIGINT;
CREATE INDEX accounts_seen ON accounts (seen_on) WHERE seen_on IS NOT NULL;
