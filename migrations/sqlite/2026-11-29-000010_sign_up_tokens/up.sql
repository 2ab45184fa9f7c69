-- Tokens of apps in which somebody asked for an account: each counts once that account is there. Where the address was
-- in use already, one is handed out all the same; its `sign_up_id` is that of no sign-up.
CREATE TABLE sign_up_tokens (
    id INTEGER PRIMARY KEY,
    sign_up_id BIGINT NOT NULL,
    client_app_id BIGINT NOT NULL,
    hash BLOB NOT NULL UNIQUE,
    scopes TEXT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX sign_up_tokens_by_sign_up ON sign_up_tokens (sign_up_id);
CREATE INDEX sign_up_tokens_by_age ON sign_up_tokens (created_at);
