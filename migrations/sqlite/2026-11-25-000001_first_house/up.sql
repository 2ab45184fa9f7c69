-- Times are microseconds UTC; ids are made by the application (docs/decisions.md). INTEGER PRIMARY KEY is SQLite's own row
-- number: a table without a second index for its key. WITHOUT ROWID does the same for keys of several columns.

CREATE TABLE processes (
    node INTEGER PRIMARY KEY,
    started_at BIGINT NOT NULL,
    seen_at BIGINT NOT NULL
);

CREATE TABLE signals (
    id INTEGER PRIMARY KEY,
    topic TEXT NOT NULL,
    subject TEXT NOT NULL
);

CREATE TABLE actors (
    id INTEGER PRIMARY KEY,
    uri TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    local BOOLEAN NOT NULL,
    handle TEXT NOT NULL,
    host TEXT NOT NULL,
    handle_confirmed BOOLEAN NOT NULL,
    name TEXT NOT NULL,
    summary TEXT NOT NULL,
    summary_source TEXT,
    url TEXT,
    inbox TEXT NOT NULL,
    shared_inbox TEXT,
    outbox TEXT,
    followers TEXT,
    following TEXT,
    featured TEXT,
    icon TEXT,
    image TEXT,
    manually_approves BOOLEAN NOT NULL,
    discoverable BOOLEAN NOT NULL,
    indexable BOOLEAN NOT NULL,
    accepts_joins BOOLEAN NOT NULL,
    out_seq BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    fetched_at BIGINT NOT NULL,
    suspended_at BIGINT,
    gone_at BIGINT
);
CREATE INDEX actors_by_handle ON actors (handle, host);
CREATE INDEX actors_by_host ON actors (host);
CREATE INDEX actors_by_inbox ON actors (inbox);
CREATE INDEX actors_by_shared_inbox ON actors (shared_inbox);

-- A handle of this instance, claimed once and for ever.
CREATE TABLE handles (
    handle TEXT PRIMARY KEY,
    actor_id BIGINT NOT NULL REFERENCES actors (id)
) WITHOUT ROWID;

CREATE TABLE actor_keys (
    id INTEGER PRIMARY KEY,
    actor_id BIGINT NOT NULL REFERENCES actors (id),
    uri TEXT NOT NULL,
    algorithm TEXT NOT NULL,
    public BLOB NOT NULL,
    private BLOB,
    UNIQUE (actor_id, uri)
);
CREATE INDEX actor_keys_by_uri ON actor_keys (uri);

CREATE TABLE profile_fields (
    actor_id BIGINT NOT NULL REFERENCES actors (id),
    position BIGINT NOT NULL,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    audience TEXT NOT NULL,
    PRIMARY KEY (actor_id, position)
) WITHOUT ROWID;

CREATE TABLE accounts (
    id INTEGER PRIMARY KEY,
    actor_id BIGINT NOT NULL UNIQUE REFERENCES actors (id),
    email TEXT NOT NULL UNIQUE,
    password TEXT,
    role TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    suspended_at BIGINT
);

CREATE TABLE tokens (
    id INTEGER PRIMARY KEY,
    account_id BIGINT NOT NULL REFERENCES accounts (id),
    hash BLOB NOT NULL UNIQUE,
    scopes TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    revoked_at BIGINT
);
CREATE INDEX tokens_by_account ON tokens (account_id);

-- A Follow or Join of an actor: for a group this is the membership.
CREATE TABLE follows (
    id INTEGER PRIMARY KEY,
    follower_id BIGINT NOT NULL REFERENCES actors (id),
    target_id BIGINT NOT NULL REFERENCES actors (id),
    uri TEXT NOT NULL,
    asked_by TEXT NOT NULL,
    state TEXT NOT NULL,
    role TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    UNIQUE (follower_id, target_id)
);
CREATE INDEX follows_by_target ON follows (target_id, state, id);
CREATE INDEX follows_by_uri ON follows (uri);

CREATE TABLE posts (
    id INTEGER PRIMARY KEY,
    uri TEXT NOT NULL UNIQUE,
    url TEXT,
    local BOOLEAN NOT NULL,
    kind TEXT NOT NULL,
    actor_id BIGINT NOT NULL REFERENCES actors (id),
    boost_of_id BIGINT REFERENCES posts (id),
    in_reply_to_id BIGINT,
    in_reply_to_uri TEXT,
    thread_id BIGINT NOT NULL,
    event_id BIGINT,
    group_id BIGINT,
    title TEXT NOT NULL,
    content TEXT NOT NULL,
    source TEXT,
    warning TEXT NOT NULL,
    sensitive BOOLEAN NOT NULL,
    language TEXT,
    audience TEXT NOT NULL,
    attachments TEXT,
    likes_count BIGINT NOT NULL,
    boosts_count BIGINT NOT NULL,
    replies_count BIGINT NOT NULL,
    published_at BIGINT NOT NULL,
    edited_at BIGINT
);
CREATE INDEX posts_by_actor ON posts (actor_id, id);
CREATE INDEX posts_by_thread ON posts (thread_id, id);
CREATE UNIQUE INDEX posts_boosted_once ON posts (actor_id, boost_of_id) WHERE boost_of_id IS NOT NULL;
CREATE INDEX posts_by_boost ON posts (boost_of_id) WHERE boost_of_id IS NOT NULL;
CREATE INDEX posts_by_reply ON posts (in_reply_to_id) WHERE in_reply_to_id IS NOT NULL;
-- Answers that came before what they answer.
CREATE INDEX posts_orphaned ON posts (in_reply_to_uri) WHERE in_reply_to_id IS NULL AND in_reply_to_uri IS NOT NULL;
CREATE INDEX posts_by_event ON posts (event_id, id) WHERE event_id IS NOT NULL;
CREATE INDEX posts_by_local ON posts (local, audience, id);

-- Who a post is addressed to, other than the public and followers.
CREATE TABLE post_recipients (
    post_id BIGINT NOT NULL REFERENCES posts (id),
    actor_id BIGINT NOT NULL REFERENCES actors (id),
    mentioned BOOLEAN NOT NULL,
    PRIMARY KEY (post_id, actor_id)
) WITHOUT ROWID;
CREATE INDEX post_recipients_by_actor ON post_recipients (actor_id, post_id);

CREATE TABLE post_tags (
    post_id BIGINT NOT NULL REFERENCES posts (id),
    name TEXT NOT NULL,
    PRIMARY KEY (post_id, name)
) WITHOUT ROWID;
CREATE INDEX post_tags_by_name ON post_tags (name, post_id);

CREATE TABLE likes (
    id INTEGER PRIMARY KEY,
    uri TEXT NOT NULL,
    actor_id BIGINT NOT NULL REFERENCES actors (id),
    post_id BIGINT NOT NULL REFERENCES posts (id),
    created_at BIGINT NOT NULL,
    UNIQUE (post_id, actor_id)
);
CREATE INDEX likes_by_actor ON likes (actor_id, id);

CREATE TABLE pins (
    actor_id BIGINT NOT NULL REFERENCES actors (id),
    post_id BIGINT NOT NULL REFERENCES posts (id),
    created_at BIGINT NOT NULL,
    PRIMARY KEY (actor_id, post_id)
) WITHOUT ROWID;

CREATE TABLE events (
    id INTEGER PRIMARY KEY,
    uri TEXT NOT NULL UNIQUE,
    url TEXT,
    local BOOLEAN NOT NULL,
    host_id BIGINT NOT NULL REFERENCES actors (id),
    organizer_id BIGINT REFERENCES actors (id),
    title TEXT NOT NULL,
    summary TEXT NOT NULL,
    content TEXT NOT NULL,
    source TEXT,
    language TEXT,
    starts_at BIGINT NOT NULL,
    ends_at BIGINT,
    timezone TEXT NOT NULL,
    place TEXT,
    online_url TEXT,
    capacity BIGINT,
    seats_taken BIGINT NOT NULL,
    going_count BIGINT NOT NULL,
    join_mode TEXT NOT NULL,
    visibility TEXT NOT NULL,
    status TEXT NOT NULL,
    published_at BIGINT NOT NULL,
    edited_at BIGINT
);
CREATE INDEX events_by_host ON events (host_id, starts_at, id);
CREATE INDEX events_by_start ON events (starts_at, id);

CREATE TABLE invitations (
    id INTEGER PRIMARY KEY,
    uri TEXT NOT NULL UNIQUE,
    event_id BIGINT NOT NULL REFERENCES events (id),
    inviter_id BIGINT NOT NULL REFERENCES actors (id),
    invitee_id BIGINT NOT NULL REFERENCES actors (id),
    state TEXT NOT NULL,
    message TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    UNIQUE (event_id, invitee_id)
);
CREATE INDEX invitations_by_invitee ON invitations (invitee_id, id);

CREATE TABLE participations (
    id INTEGER PRIMARY KEY,
    event_id BIGINT NOT NULL REFERENCES events (id),
    actor_id BIGINT NOT NULL REFERENCES actors (id),
    standing TEXT NOT NULL,
    guests BIGINT NOT NULL,
    uri TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    UNIQUE (event_id, actor_id)
);
CREATE INDEX participations_by_actor ON participations (actor_id, id);

CREATE TABLE notifications (
    id INTEGER PRIMARY KEY,
    actor_id BIGINT NOT NULL REFERENCES actors (id),
    kind TEXT NOT NULL,
    from_id BIGINT NOT NULL REFERENCES actors (id),
    post_id BIGINT,
    event_id BIGINT,
    created_at BIGINT NOT NULL
);
CREATE INDEX notifications_by_actor ON notifications (actor_id, id);
CREATE INDEX notifications_by_post ON notifications (post_id) WHERE post_id IS NOT NULL;

-- What is gone: the address answers 410 to those who could have seen it.
CREATE TABLE tombstones (
    uri TEXT PRIMARY KEY,
    former_type TEXT NOT NULL,
    public BOOLEAN NOT NULL,
    deleted_at BIGINT NOT NULL,
    open BOOLEAN NOT NULL
);
-- Whose receipts, and for an actor keys, are still kept.
CREATE INDEX tombstones_open ON tombstones (deleted_at) WHERE open;

-- Outgoing: one activity, its bodies, and a delivery for each inbox.
CREATE TABLE activities (
    id INTEGER PRIMARY KEY,
    uri TEXT NOT NULL UNIQUE,
    actor_id BIGINT NOT NULL REFERENCES actors (id),
    kind TEXT NOT NULL,
    object_uri TEXT NOT NULL,
    listed BOOLEAN NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX activities_by_actor ON activities (actor_id, listed, id);
CREATE INDEX activities_by_object ON activities (object_uri);

CREATE TABLE activity_bodies (
    activity_id BIGINT NOT NULL REFERENCES activities (id),
    variant TEXT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (activity_id, variant)
);

CREATE TABLE activity_subjects (
    activity_id BIGINT NOT NULL REFERENCES activities (id),
    actor_id BIGINT NOT NULL REFERENCES actors (id),
    PRIMARY KEY (activity_id, actor_id)
) WITHOUT ROWID;
CREATE INDEX activity_subjects_by_actor ON activity_subjects (actor_id, activity_id);

CREATE TABLE lanes (
    id INTEGER PRIMARY KEY,
    actor_id BIGINT NOT NULL REFERENCES actors (id),
    inbox TEXT NOT NULL,
    host TEXT NOT NULL,
    wake_at BIGINT NOT NULL,
    leased_until BIGINT NOT NULL,
    holder BIGINT NOT NULL,
    UNIQUE (actor_id, inbox)
);
CREATE INDEX lanes_by_wake ON lanes (wake_at);
CREATE INDEX lanes_by_host ON lanes (host);
-- What is being sent right now: a few hundred rows at most.
CREATE INDEX lanes_leased ON lanes (host) WHERE leased_until > 0;

CREATE TABLE deliveries (
    id INTEGER PRIMARY KEY,
    lane_id BIGINT NOT NULL REFERENCES lanes (id),
    seq BIGINT NOT NULL,
    activity_id BIGINT NOT NULL REFERENCES activities (id),
    variant TEXT NOT NULL,
    attempts BIGINT NOT NULL,
    blocking BOOLEAN NOT NULL,
    due_at BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    parked_at BIGINT,
    reason TEXT,
    UNIQUE (lane_id, activity_id)
);
CREATE INDEX deliveries_by_lane ON deliveries (lane_id, seq);
CREATE INDEX deliveries_by_parked ON deliveries (parked_at);
CREATE INDEX deliveries_by_activity ON deliveries (activity_id);

CREATE TABLE hosts (
    host TEXT PRIMARY KEY,
    generation TEXT,
    generation_tried_at BIGINT NOT NULL,
    software TEXT,
    software_version TEXT,
    software_at BIGINT NOT NULL,
    failures BIGINT NOT NULL,
    failing_since BIGINT,
    paused_until BIGINT NOT NULL,
    dead_at BIGINT,
    seen_at BIGINT NOT NULL
);

-- Who was sent what: Update and Delete follow these rows, the egress record reads them.
CREATE TABLE receipts (
    object_uri TEXT NOT NULL,
    inbox TEXT NOT NULL,
    host TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (object_uri, inbox)
) WITHOUT ROWID;

-- Incoming: verified and acknowledged; `done_at` is the mark that it had its effect.
CREATE TABLE inbox_items (
    id INTEGER PRIMARY KEY,
    actor_uri TEXT NOT NULL,
    key TEXT NOT NULL,
    host TEXT NOT NULL,
    received_at BIGINT NOT NULL,
    attempts BIGINT NOT NULL,
    due_at BIGINT NOT NULL,
    leased_until BIGINT NOT NULL,
    holder BIGINT NOT NULL,
    done_at BIGINT,
    parked_at BIGINT,
    reason TEXT,
    UNIQUE (actor_uri, key)
);
CREATE INDEX inbox_items_waiting ON inbox_items (id) WHERE done_at IS NULL AND parked_at IS NULL;
CREATE INDEX inbox_items_waiting_by_actor ON inbox_items (actor_uri, id) WHERE done_at IS NULL AND parked_at IS NULL;
CREATE INDEX inbox_items_done ON inbox_items (done_at) WHERE done_at IS NOT NULL;

-- The JSON of an item as it came, as long as the item is not done.
CREATE TABLE inbox_bodies (
    item_id INTEGER PRIMARY KEY,
    body TEXT NOT NULL
);

CREATE TABLE jobs (
    id INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,
    payload TEXT NOT NULL,
    attempts BIGINT NOT NULL,
    due_at BIGINT NOT NULL,
    leased_until BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    parked_at BIGINT,
    reason TEXT,
    UNIQUE (kind, payload)
);
CREATE INDEX jobs_by_due ON jobs (due_at) WHERE parked_at IS NULL;

CREATE TABLE domain_rules (
    domain TEXT PRIMARY KEY,
    action TEXT NOT NULL,
    public_comment TEXT NOT NULL,
    private_comment TEXT NOT NULL,
    created_at BIGINT NOT NULL
);
