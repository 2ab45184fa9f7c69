-- Keys that log people in without a password. Times are microseconds UTC.

-- `credential` is JSON of the room `auth`: the public key, its counter, what was said of it. `user_handle` is what the
-- device knows the account by.
CREATE TABLE passkeys (
    id INTEGER PRIMARY KEY,
    account_id BIGINT NOT NULL REFERENCES accounts (id),
    name TEXT NOT NULL,
    credential_id BLOB NOT NULL UNIQUE,
    user_handle BLOB NOT NULL,
    credential TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    used_at BIGINT
);
CREATE INDEX passkeys_by_account ON passkeys (account_id, id);

-- Questions to browsers that wait for their answer; nobody's where somebody wants to log in.
CREATE TABLE passkey_ceremonies (
    id INTEGER PRIMARY KEY,
    hash BLOB NOT NULL UNIQUE,
    account_id BIGINT REFERENCES accounts (id),
    state TEXT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX passkey_ceremonies_by_account ON passkey_ceremonies (account_id);
CREATE INDEX passkey_ceremonies_by_expiry ON passkey_ceremonies (expires_at);
