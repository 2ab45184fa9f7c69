-- What is asked in posts of the kind Question. Times are microseconds UTC.

-- `told`: that it is over was told. `fetched_at`: when the counts of another server were last asked for.
CREATE TABLE polls (
    post_id INTEGER PRIMARY KEY REFERENCES posts (id),
    multiple BOOLEAN NOT NULL,
    closes_at BIGINT,
    closed_at BIGINT,
    voters_count BIGINT,
    hide_totals BOOLEAN NOT NULL,
    told BOOLEAN NOT NULL,
    fetched_at BIGINT NOT NULL
);

CREATE TABLE poll_options (
    post_id BIGINT NOT NULL REFERENCES posts (id),
    position BIGINT NOT NULL,
    title TEXT NOT NULL,
    votes BIGINT NOT NULL,
    PRIMARY KEY (post_id, position)
);

-- `uri` is the id of the vote's Note; votes of local people on local polls have none.
CREATE TABLE poll_votes (
    post_id BIGINT NOT NULL REFERENCES posts (id),
    position BIGINT NOT NULL,
    actor_id BIGINT NOT NULL REFERENCES actors (id),
    uri TEXT,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (post_id, actor_id, position)
);
CREATE INDEX poll_votes_by_actor ON poll_votes (actor_id);

-- The options of that time, as a JSON list of texts.
ALTER TABLE post_versions ADD COLUMN poll_options TEXT;
