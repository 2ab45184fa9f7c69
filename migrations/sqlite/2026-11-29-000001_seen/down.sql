DROP INDEX accounts_seen;
ALTER TABLE accounts DROP COLUMN seen_on;
