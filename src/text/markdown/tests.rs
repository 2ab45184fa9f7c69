use insta::assert_snapshot;
use proptest::prelude::*;

use super::{MentionLink, MentionText, Rendered, mentions, render};
use crate::text::sanitize::sanitize;

fn link(text: &MentionText) -> MentionLink {
    let host = text.host.as_deref().unwrap_or("kith.example");
    MentionLink {
        href: format!("https://{host}/@{}", text.user),
        actor_uri: format!("https://{host}/people/{}", text.user),
        label: text.user.clone(),
    }
}

/// Everyone exists but `nobody`.
fn rendered(markdown: &str) -> Rendered {
    render(
        markdown,
        &mut |text| (text.user != "nobody").then(|| link(text)),
        &mut |tag| Some(format!("https://kith.example/tags/{tag}")),
    )
}

fn html(markdown: &str) -> String {
    rendered(markdown).html
}

#[test]
fn markdown_becomes_the_elements_that_survive_elsewhere() {
    assert_snapshot!(html("# Picnic\n\nBring *bread* and **~~wine~~** water.\nSee `you`.\n\n- one\n- two\n\n> quoted\n\n```rust\na < b\n```\n\n---"), @r#"
    <h3>Picnic</h3>
    <p>Bring <em>bread</em> and <strong><del>wine</del></strong> water.<br />
    See <code>you</code>.</p>
    <ul>
    <li>one</li>
    <li>two</li>
    </ul>
    <blockquote>
    <p>quoted</p>
    </blockquote>
    <pre><code class="language-rust">a &lt; b
    </code></pre>
    <hr />
    "#);
}

#[test]
fn mentions_become_cards() {
    let post = rendered("Hi @ada, and @Grace@B.example: hello @ada @nobody");
    assert_snapshot!(post.html, @r#"
    <p>Hi <span class="h-card"><a href="https://kith.example/@ada" class="u-url mention">@<span>ada</span></a></span>, and <span class="h-card"><a href="https://b.example/@Grace" class="u-url mention">@<span>Grace</span></a></span>: hello <span class="h-card"><a href="https://kith.example/@ada" class="u-url mention">@<span>ada</span></a></span> @nobody</p>
    "#);
    let names: Vec<_> = post
        .mentions
        .iter()
        .map(|m| m.link.actor_uri.as_str())
        .collect();
    assert_eq!(
        names,
        [
            "https://kith.example/people/ada",
            "https://b.example/people/Grace"
        ]
    );
}

#[test]
fn a_mention_never_leads_to_a_script() {
    let mut resolve = |text: &MentionText| {
        let href = "javascript:alert(1)".to_owned();
        Some(MentionLink { href, ..link(text) })
    };
    let post = render("@ada", &mut resolve, &mut |_| None);
    assert_eq!(post.html, "<p>@ada</p>");
    assert!(post.mentions.is_empty());
}

#[test]
fn hashtags_become_links_and_are_listed_once_in_lower_case() {
    let post = rendered("#Rust, #rust and (#Müller_2) #नमस्ते but not #2024 a#b &#39; /#x");
    assert_snapshot!(post.html, @r#"
    <p><a href="https://kith.example/tags/rust" class="mention hashtag" rel="tag">#<span>Rust</span></a>, <a href="https://kith.example/tags/rust" class="mention hashtag" rel="tag">#<span>rust</span></a> and (<a href="https://kith.example/tags/müller_2" class="mention hashtag" rel="tag">#<span>Müller_2</span></a>) <a href="https://kith.example/tags/नमस्ते" class="mention hashtag" rel="tag">#<span>नमस्ते</span></a> but not #2024 a#b &#39; /#x</p>
    "#);
    assert_eq!(post.hashtags, ["rust", "müller_2", "नमस्ते"]);
}

#[test]
fn a_handle_ends_where_its_name_ends() {
    let found = |text: &str| {
        let texts = mentions(text);
        texts
            .into_iter()
            .map(|m| format!("{}|{}", m.user, m.host.unwrap_or_default()))
            .collect::<Vec<_>>()
    };
    assert_eq!(found("(@ada@a.example)."), ["ada|a.example"]);
    assert_eq!(
        found("@ada@a.example. @b.c_d-e, @f-"),
        ["ada|a.example", "b.c_d-e|", "f|"]
    );
    assert_eq!(
        found("@ada@beta.localhost:8101: and @ada@münchen.example"),
        ["ada|beta.localhost:8101", "ada|münchen.example"]
    );
    assert_eq!(
        found("@ada_lovelace_ @ada@a.example @ada@a.example"),
        ["ada_lovelace_|", "ada|a.example"]
    );
    assert_eq!(
        found("mail@ada.example x/@ada @@ada @ada@ @ada@nodot @-a @"),
        Vec::<String>::new()
    );
}

#[test]
fn nothing_is_recognised_in_code_and_links() {
    let post = rendered(
        "`@ada #tag https://x.example` [@ada #tag](https://x.example)\n\n    @ada #tag\n\n<https://x.example/@ada>",
    );
    assert!(post.mentions.is_empty() && post.hashtags.is_empty());
    assert_snapshot!(post.html, @r#"
    <p><code>@ada #tag https://x.example</code> <a href="https://x.example" rel="nofollow noopener">@ada #tag</a></p>
    <pre><code>@ada #tag
    </code></pre>
    <p><a href="https://x.example/@ada" rel="nofollow noopener">https://x.example/@ada</a></p>
    "#);
}

#[test]
fn bare_addresses_become_links_without_the_punctuation_around_them() {
    assert_snapshot!(html("See https://x.example/a_b(c)?d=1&e=2, (http://y.example/@ada#x). xhttps://no https:// https://u:p@z.example ftp://f.example"), @r#"
    <p>See <a href="https://x.example/a_b(c)?d=1&amp;e=2" rel="nofollow noopener">https://x.example/a_b(c)?d=1&amp;e=2</a>, (<a href="http://y.example/@ada#x" rel="nofollow noopener">http://y.example/@ada#x</a>). xhttps://no https:// https://u:p@z.example ftp://f.example</p>
    "#);
}

#[test]
fn raw_html_is_shown_as_text() {
    assert_snapshot!(html("<script>alert(1)</script>\n\na <b onclick=x>b</b> &lt;i&gt; <!-- c -->"), @r#"
    <p>&lt;script&gt;alert(1)&lt;/script&gt;
    </p>
    <p>a &lt;b onclick=x&gt;b&lt;/b&gt; &lt;i&gt; &lt;!-- c --&gt;</p>
    "#);
}

#[test]
fn only_harmless_links_are_links_and_images_are_links_too() {
    assert_snapshot!(html("[a](javascript:alert(1)) [b](data:text/html,x) [c](/settings) [d](https://x.example/\"onclick=\"x 'title') ![alt](https://x.example/i.png) [![in](https://i.example/i.png)](https://o.example) <ada@x.example>"), @r#"
    <p>a b c <a href="https://x.example/&quot;onclick=&quot;x" rel="nofollow noopener">d</a> <a href="https://x.example/i.png" rel="nofollow noopener">alt</a> <a href="https://o.example" rel="nofollow noopener">in</a> <a href="mailto:ada@x.example" rel="nofollow noopener">ada@x.example</a></p>
    "#);
}

#[test]
fn deep_nesting_is_flattened() {
    let deep = html(&format!("{} text", ">".repeat(3_000)));
    assert!(deep.matches("<blockquote>").count() <= super::MAX_DEPTH && deep.contains("text"));
    let list: String = (0..200).map(|n| "  ".repeat(n) + "- x\n").collect();
    assert!(html(&list).matches("<ul>").count() <= super::MAX_DEPTH);
}

#[test]
fn hostile_lengths_cost_little() {
    for text in [
        "https://",
        "@a",
        "@a@",
        "#a",
        "#",
        "@a.",
        "(",
        ")",
        "[",
        "![",
        "*a",
        "_",
        "`",
        "<",
        "&",
        "https://x.example/)",
        ").",
        "~~",
        "> ",
        "[a](",
        "\\",
    ] {
        let long = text.repeat(super::MAX_INPUT_BYTES / text.len() + 10);
        let post = rendered(&long);
        assert!(post.hashtags.len() <= 200 && post.mentions.len() <= 200);
    }
}

#[test]
fn what_we_render_survives_our_own_sanitiser() {
    let post = html("# A\n\n@ada #rust https://x.example *b*\n\n1. x\n2. y\n\n> q\n\n    code");
    let without_rel = |html: &str| {
        ["nofollow noopener ugc", "nofollow noopener", "tag"]
            .iter()
            .fold(html.to_owned(), |html, rel| {
                html.replace(&format!(" rel=\"{rel}\""), "")
            })
    };
    assert_eq!(
        without_rel(&sanitize(&post)).replace("<br>", "<br />"),
        without_rel(&post)
    );
}

proptest! {
    #[test]
    fn rendering_never_fails_and_gives_what_the_sanitiser_keeps(text in "(\\PC|[@#<>\\[\\]()*_`~&;:/.\\- \\n\"']|@ada@a\\.example|https://x\\.example/|</?[a-z]{1,6}>){0,60}") {
        let post = rendered(&text);
        let clean = sanitize(&post.html);
        prop_assert_eq!(clean.matches("<a ").count(), post.html.matches("<a ").count());
        prop_assert_eq!(clean.matches("<p>").count(), post.html.matches("<p>").count());
    }
}
