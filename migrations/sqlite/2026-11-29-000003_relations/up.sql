-- What people decide about each other and about what they read. Times are microseconds UTC.

-- `actor_id` wants nothing to do with `target_id`; either may live elsewhere.
CREATE TABLE blocks (
    id INTEGER PRIMARY KEY,
    actor_id BIGINT NOT NULL REFERENCES actors (id),
    target_id BIGINT NOT NULL REFERENCES actors (id),
    uri TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    UNIQUE (actor_id, target_id)
);
CREATE INDEX blocks_by_target ON blocks (target_id, actor_id);
CREATE INDEX blocks_by_list ON blocks (actor_id, id);

CREATE TABLE mutes (
    id INTEGER PRIMARY KEY,
    actor_id BIGINT NOT NULL REFERENCES actors (id),
    target_id BIGINT NOT NULL REFERENCES actors (id),
    notifications BOOLEAN NOT NULL,
    ends_at BIGINT,
    created_at BIGINT NOT NULL,
    UNIQUE (actor_id, target_id)
);
CREATE INDEX mutes_by_list ON mutes (actor_id, id);
CREATE INDEX mutes_by_target ON mutes (target_id);

-- Domains that one person wants to hear nothing of; those of the whole instance are in domain_rules.
CREATE TABLE domain_blocks (
    id INTEGER PRIMARY KEY,
    actor_id BIGINT NOT NULL REFERENCES actors (id),
    domain TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    UNIQUE (actor_id, domain)
);
CREATE INDEX domain_blocks_by_list ON domain_blocks (actor_id, id);

-- What somebody notes about another, for their own eyes.
CREATE TABLE account_notes (
    actor_id BIGINT NOT NULL REFERENCES actors (id),
    target_id BIGINT NOT NULL REFERENCES actors (id),
    note TEXT NOT NULL,
    PRIMARY KEY (actor_id, target_id)
);
CREATE INDEX account_notes_by_target ON account_notes (target_id);

-- What differs from a plain follow.
CREATE TABLE follow_options (
    actor_id BIGINT NOT NULL REFERENCES actors (id),
    target_id BIGINT NOT NULL REFERENCES actors (id),
    reblogs BOOLEAN NOT NULL,
    notify BOOLEAN NOT NULL,
    languages TEXT,
    PRIMARY KEY (actor_id, target_id)
);
CREATE INDEX follow_options_by_target ON follow_options (target_id, actor_id) WHERE notify;

CREATE TABLE endorsements (
    id INTEGER PRIMARY KEY,
    actor_id BIGINT NOT NULL REFERENCES actors (id),
    target_id BIGINT NOT NULL REFERENCES actors (id),
    created_at BIGINT NOT NULL,
    UNIQUE (actor_id, target_id)
);
CREATE INDEX endorsements_by_target ON endorsements (target_id);

-- For moderators only. `posts` and `rules` are JSON lists.
CREATE TABLE reports (
    id INTEGER PRIMARY KEY,
    uri TEXT NOT NULL UNIQUE,
    local BOOLEAN NOT NULL,
    reporter_id BIGINT NOT NULL REFERENCES actors (id),
    target_id BIGINT NOT NULL REFERENCES actors (id),
    category TEXT NOT NULL,
    comment TEXT NOT NULL,
    posts TEXT NOT NULL,
    rules TEXT NOT NULL,
    forwarded BOOLEAN NOT NULL,
    created_at BIGINT NOT NULL,
    resolved_at BIGINT
);
CREATE INDEX reports_open ON reports (id) WHERE resolved_at IS NULL;
CREATE INDEX reports_by_target ON reports (target_id);
CREATE INDEX reports_by_reporter ON reports (reporter_id);

CREATE TABLE bookmarks (
    id INTEGER PRIMARY KEY,
    actor_id BIGINT NOT NULL REFERENCES actors (id),
    post_id BIGINT NOT NULL REFERENCES posts (id),
    created_at BIGINT NOT NULL,
    UNIQUE (actor_id, post_id)
);
CREATE INDEX bookmarks_by_list ON bookmarks (actor_id, id);
CREATE INDEX bookmarks_by_post ON bookmarks (post_id);

CREATE TABLE thread_mutes (
    actor_id BIGINT NOT NULL REFERENCES actors (id),
    thread_id BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (actor_id, thread_id)
);
CREATE INDEX thread_mutes_by_thread ON thread_mutes (thread_id);

-- What a post was before it was edited.
CREATE TABLE post_versions (
    id INTEGER PRIMARY KEY,
    post_id BIGINT NOT NULL REFERENCES posts (id),
    content TEXT NOT NULL,
    warning TEXT NOT NULL,
    sensitive BOOLEAN NOT NULL,
    attachments TEXT,
    written_at BIGINT NOT NULL
);
CREATE INDEX post_versions_by_post ON post_versions (post_id, id);

CREATE TABLE followed_tags (
    id INTEGER PRIMARY KEY,
    actor_id BIGINT NOT NULL REFERENCES actors (id),
    name TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    UNIQUE (actor_id, name)
);
CREATE INDEX followed_tags_by_list ON followed_tags (actor_id, id);

CREATE TABLE featured_tags (
    id INTEGER PRIMARY KEY,
    actor_id BIGINT NOT NULL REFERENCES actors (id),
    name TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    UNIQUE (actor_id, name)
);

CREATE TABLE lists (
    id INTEGER PRIMARY KEY,
    actor_id BIGINT NOT NULL REFERENCES actors (id),
    title TEXT NOT NULL,
    replies_policy TEXT NOT NULL,
    exclusive BOOLEAN NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX lists_by_actor ON lists (actor_id, id);

CREATE TABLE list_members (
    list_id BIGINT NOT NULL REFERENCES lists (id),
    target_id BIGINT NOT NULL REFERENCES actors (id),
    id BIGINT NOT NULL,
    PRIMARY KEY (list_id, target_id)
);
CREATE INDEX list_members_by_target ON list_members (target_id);
CREATE INDEX list_members_by_list ON list_members (list_id, id);

-- `contexts` are words with spaces between them.
CREATE TABLE filters (
    id INTEGER PRIMARY KEY,
    actor_id BIGINT NOT NULL REFERENCES actors (id),
    title TEXT NOT NULL,
    contexts TEXT NOT NULL,
    action TEXT NOT NULL,
    ends_at BIGINT,
    created_at BIGINT NOT NULL
);
CREATE INDEX filters_by_actor ON filters (actor_id, id);

CREATE TABLE filter_keywords (
    id INTEGER PRIMARY KEY,
    filter_id BIGINT NOT NULL REFERENCES filters (id),
    keyword TEXT NOT NULL,
    whole_word BOOLEAN NOT NULL
);
CREATE INDEX filter_keywords_by_filter ON filter_keywords (filter_id, id);

CREATE TABLE filter_posts (
    id INTEGER PRIMARY KEY,
    filter_id BIGINT NOT NULL REFERENCES filters (id),
    post_id BIGINT NOT NULL REFERENCES posts (id),
    UNIQUE (filter_id, post_id)
);
CREATE INDEX filter_posts_by_post ON filter_posts (post_id);

CREATE TABLE markers (
    actor_id BIGINT NOT NULL REFERENCES actors (id),
    timeline TEXT NOT NULL,
    last_read BIGINT NOT NULL,
    version BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (actor_id, timeline)
);

CREATE TABLE preferences (
    actor_id INTEGER PRIMARY KEY REFERENCES actors (id),
    visibility TEXT NOT NULL,
    sensitive BOOLEAN NOT NULL,
    language TEXT
);

-- Direct posts, a row for each person and thread.
CREATE TABLE conversations (
    id INTEGER PRIMARY KEY,
    actor_id BIGINT NOT NULL REFERENCES actors (id),
    thread_id BIGINT NOT NULL,
    last_post_id BIGINT NOT NULL REFERENCES posts (id),
    unread BOOLEAN NOT NULL,
    UNIQUE (actor_id, thread_id)
);
CREATE INDEX conversations_by_last ON conversations (actor_id, last_post_id);
CREATE INDEX conversations_by_post ON conversations (last_post_id);

-- Whose notifications are accepted, filtered or dropped.
CREATE TABLE notification_policies (
    actor_id INTEGER PRIMARY KEY REFERENCES actors (id),
    not_following TEXT NOT NULL,
    not_followers TEXT NOT NULL,
    new_accounts TEXT NOT NULL,
    private_mentions TEXT NOT NULL,
    limited_accounts TEXT NOT NULL
);

-- Who waits to be heard, and who is always heard (accepted).
CREATE TABLE notification_requests (
    id INTEGER PRIMARY KEY,
    actor_id BIGINT NOT NULL REFERENCES actors (id),
    from_id BIGINT NOT NULL REFERENCES actors (id),
    last_post_id BIGINT,
    state TEXT NOT NULL,
    count BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    UNIQUE (actor_id, from_id)
);
CREATE INDEX notification_requests_by_from ON notification_requests (from_id);
CREATE INDEX notification_requests_by_post ON notification_requests (last_post_id) WHERE last_post_id IS NOT NULL;

-- `params` are those of the request, as JSON.
CREATE TABLE scheduled_posts (
    id INTEGER PRIMARY KEY,
    actor_id BIGINT NOT NULL REFERENCES actors (id),
    due_at BIGINT NOT NULL,
    params TEXT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX scheduled_posts_by_actor ON scheduled_posts (actor_id, id);

-- Kept back by a policy until its sender is accepted.
ALTER TABLE notifications ADD COLUMN filtered BOOLEAN NOT NULL DEFAULT FALSE;
