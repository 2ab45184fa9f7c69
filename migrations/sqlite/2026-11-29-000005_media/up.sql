-- Pictures that people uploaded. Their bytes are files in the storage.
CREATE TABLE media (
    id INTEGER PRIMARY KEY,
    owner_id BIGINT NOT NULL REFERENCES actors (id),
    role TEXT NOT NULL,
    -- None while it hangs on nothing. The post may be gone a moment before its pictures are.
    post_id BIGINT,
    scheduled_id BIGINT,
    file TEXT NOT NULL UNIQUE,
    width BIGINT NOT NULL,
    height BIGINT NOT NULL,
    bytes BIGINT NOT NULL,
    preview_file TEXT UNIQUE,
    preview_width BIGINT NOT NULL,
    preview_height BIGINT NOT NULL,
    preview_bytes BIGINT NOT NULL,
    blurhash TEXT NOT NULL,
    alt TEXT NOT NULL,
    focus_x DOUBLE NOT NULL,
    focus_y DOUBLE NOT NULL,
    -- Its files go, then the row.
    given_up BOOLEAN NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX media_by_owner ON media (owner_id);
CREATE INDEX media_by_post ON media (post_id) WHERE post_id IS NOT NULL;
CREATE INDEX media_by_scheduled ON media (scheduled_id) WHERE scheduled_id IS NOT NULL;
CREATE INDEX media_free ON media (created_at) WHERE post_id IS NULL;
CREATE INDEX media_given_up ON media (id) WHERE given_up;
