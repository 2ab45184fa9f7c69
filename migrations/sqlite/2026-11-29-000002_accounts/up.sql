-- How people come in: browsers that are logged in, secrets of mails, sign-ups, second factors.

-- Mail addresses are told apart without regard to case.
CREATE INDEX accounts_by_email ON accounts (lower(email));

-- A browser that is logged in, known by the hash of its cookie.
CREATE TABLE sessions (
    id INTEGER PRIMARY KEY,
    account_id BIGINT NOT NULL REFERENCES accounts (id),
    hash BLOB NOT NULL UNIQUE,
    agent TEXT NOT NULL,
    address TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    seen_at BIGINT NOT NULL,
    ended_at BIGINT
);
CREATE INDEX sessions_by_account ON sessions (account_id, id);
CREATE INDEX sessions_by_seen ON sessions (seen_at);

-- Attempts at something, counted from `since`.
CREATE TABLE throttles (
    key TEXT PRIMARY KEY,
    since BIGINT NOT NULL,
    count BIGINT NOT NULL
);
CREATE INDEX throttles_by_since ON throttles (since);

-- Secrets of mails and of half-done log-ins: of each purpose only the newest counts, once.
CREATE TABLE account_secrets (
    account_id BIGINT NOT NULL REFERENCES accounts (id),
    purpose TEXT NOT NULL,
    hash BLOB NOT NULL UNIQUE,
    detail TEXT NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (account_id, purpose)
);
CREATE INDEX account_secrets_by_expiry ON account_secrets (expires_at);

-- Links with which people may sign up.
CREATE TABLE sign_up_links (
    id INTEGER PRIMARY KEY,
    hash BLOB NOT NULL UNIQUE,
    account_id BIGINT REFERENCES accounts (id),
    uses_left BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);

-- People who asked for an account. Once the address is confirmed the handle is theirs until somebody decides.
CREATE TABLE sign_ups (
    id INTEGER PRIMARY KEY,
    handle TEXT NOT NULL,
    email TEXT NOT NULL,
    password TEXT NOT NULL,
    reason TEXT NOT NULL,
    link_id BIGINT,
    hash BLOB NOT NULL UNIQUE,
    confirmed_at BIGINT,
    created_at BIGINT NOT NULL
);
CREATE INDEX sign_ups_by_email ON sign_ups (lower(email));
CREATE UNIQUE INDEX sign_ups_waiting ON sign_ups (handle) WHERE confirmed_at IS NOT NULL;

-- Codes of an app beside the password; `last_step` is the period of the last code that was taken.
CREATE TABLE second_factors (
    account_id INTEGER PRIMARY KEY REFERENCES accounts (id),
    secret BLOB NOT NULL,
    confirmed_at BIGINT,
    last_step BIGINT NOT NULL
);

CREATE TABLE recovery_codes (
    id INTEGER PRIMARY KEY,
    account_id BIGINT NOT NULL REFERENCES accounts (id),
    hash BLOB NOT NULL
);
CREATE INDEX recovery_codes_by_account ON recovery_codes (account_id);
