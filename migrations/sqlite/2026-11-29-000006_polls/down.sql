ALTER TABLE post_versions DROP COLUMN poll_options;
DROP TABLE poll_votes;
DROP TABLE poll_options;
DROP TABLE polls;
