DROP TABLE sign_up_tokens;
