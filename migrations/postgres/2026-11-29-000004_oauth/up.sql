-- Programs that people let act for them, by OAuth 2.
CREATE TABLE client_apps (
    id BIGINT PRIMARY KEY,
    client_id TEXT NOT NULL UNIQUE,
    secret_hash BYTEA NOT NULL,
    name TEXT NOT NULL,
    website TEXT,
    redirect_uris TEXT NOT NULL,
    scopes TEXT NOT NULL,
    created_at BIGINT NOT NULL
);

-- What a person's consent is worth: exchanged once for a token, within minutes.
CREATE TABLE authorization_codes (
    id BIGINT PRIMARY KEY,
    hash BYTEA NOT NULL UNIQUE,
    client_app_id BIGINT NOT NULL REFERENCES client_apps (id),
    account_id BIGINT NOT NULL REFERENCES accounts (id),
    redirect_uri TEXT NOT NULL,
    scopes TEXT NOT NULL,
    challenge TEXT,
    created_at BIGINT NOT NULL,
    used_at BIGINT,
    token_id BIGINT
);
CREATE INDEX authorization_codes_by_account ON authorization_codes (account_id);
CREATE INDEX authorization_codes_by_app ON authorization_codes (client_app_id);
CREATE INDEX authorization_codes_by_age ON authorization_codes (created_at);

-- Tokens of programs that act for nobody yet: to make an account, to read what strangers may.
CREATE TABLE client_app_tokens (
    id BIGINT PRIMARY KEY,
    client_app_id BIGINT NOT NULL REFERENCES client_apps (id),
    hash BYTEA NOT NULL UNIQUE,
    scopes TEXT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX client_app_tokens_by_app ON client_app_tokens (client_app_id);

-- None for tokens that were made on the command line.
ALTER TABLE tokens ADD COLUMN client_app_id BIGINT;
CREATE INDEX tokens_by_app ON tokens (client_app_id) WHERE client_app_id IS NOT NULL;
