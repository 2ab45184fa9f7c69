-- Where programs want to be told at once, and the instance's key for it. Times are microseconds UTC.

-- One for each token; `alerts` holds words separated by spaces.
CREATE TABLE push_subscriptions (
    id BIGINT PRIMARY KEY,
    token_id BIGINT NOT NULL UNIQUE REFERENCES tokens (id),
    account_id BIGINT NOT NULL REFERENCES accounts (id),
    actor_id BIGINT NOT NULL REFERENCES actors (id),
    endpoint TEXT NOT NULL,
    p256dh BYTEA NOT NULL,
    auth BYTEA NOT NULL,
    standard BOOLEAN NOT NULL,
    alerts TEXT NOT NULL,
    policy TEXT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX push_subscriptions_by_actor ON push_subscriptions (actor_id, id);
CREATE INDEX push_subscriptions_by_account ON push_subscriptions (account_id);

-- Keys that belong to no actor; `private` is PKCS#8.
CREATE TABLE instance_keys (
    purpose TEXT PRIMARY KEY,
    public BYTEA NOT NULL,
    private BYTEA NOT NULL,
    created_at BIGINT NOT NULL
);
