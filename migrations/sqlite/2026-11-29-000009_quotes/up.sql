-- Posts that show other posts, and who may do so. Times are microseconds UTC.

-- Who may answer, quote, like and boost it, as JSON; NULL where its author said nothing.
ALTER TABLE posts ADD COLUMN policy TEXT;
ALTER TABLE posts ADD COLUMN quotes_count BIGINT NOT NULL DEFAULT 0;

-- Who may quote new posts of somebody; NULL where they said nothing.
ALTER TABLE preferences ADD COLUMN quote_policy TEXT;

-- A request may come before its post: `post_id` is set once that is stored. `quoted_id` is NULL for what is not known
-- here, and for what is gone.
CREATE TABLE quotes (
    id INTEGER PRIMARY KEY,
    post_uri TEXT NOT NULL UNIQUE,
    post_id BIGINT REFERENCES posts (id),
    actor_id BIGINT NOT NULL REFERENCES actors (id),
    quoted_uri TEXT NOT NULL,
    quoted_id BIGINT REFERENCES posts (id),
    state TEXT NOT NULL,
    authorization_uri TEXT,
    created_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX quotes_by_post ON quotes (post_id) WHERE post_id IS NOT NULL;
CREATE INDEX quotes_by_quoted ON quotes (quoted_id, id) WHERE quoted_id IS NOT NULL;
CREATE INDEX quotes_by_authorization ON quotes (authorization_uri) WHERE authorization_uri IS NOT NULL;
CREATE INDEX quotes_by_actor ON quotes (actor_id);
CREATE INDEX quotes_by_quoted_uri ON quotes (quoted_uri);
