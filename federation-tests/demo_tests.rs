//! `kith demo --once`, as somebody who tries Kith for the first time runs it.

use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::kit::ports;

const PROGRAM: &str = env!("CARGO_BIN_EXE_kith");
/// How long the whole story may take.
const LIMIT: Duration = Duration::from_secs(100);

/// A first port with the three others that the demo takes.
fn port() -> u16 {
    for _ in 0..50 {
        let first = ports::free();
        let others = [first + 1, first + 100, first + 101];
        if others
            .iter()
            .all(|port| std::net::TcpListener::bind(("127.0.0.1", *port)).is_ok())
        {
            return first;
        }
    }
    panic!("no four free ports");
}

struct Told {
    code: Option<i32>,
    text: String,
    errors: String,
    process: u32,
}

/// Runs the demo with a temporary folder of its own; everything it writes there can be seen.
fn run(place: &Path, arguments: &[&str]) -> Told {
    let (out, err) = (place.join("out"), place.join("err"));
    let file = |path: &PathBuf| std::fs::File::create(path).expect("a file");
    let mut child = Command::new(PROGRAM)
        .arg("demo")
        .args(arguments)
        .env("TMPDIR", place.join("tmp"))
        .current_dir(place)
        .stdin(Stdio::null())
        .process_group(0)
        .stdout(file(&out))
        .stderr(file(&err))
        .spawn()
        .expect("the program");
    let begun = Instant::now();
    let status = loop {
        match child.try_wait().expect("a child") {
            Some(status) => break status,
            None if begun.elapsed() > LIMIT => {
                let _ = child.kill();
                panic!(
                    "still running: {}",
                    std::fs::read_to_string(&out).unwrap_or_default()
                );
            }
            None => std::thread::sleep(Duration::from_millis(100)),
        }
    };
    Told {
        code: status.code(),
        text: std::fs::read_to_string(out).expect("UTF-8"),
        errors: std::fs::read_to_string(err).expect("UTF-8"),
        process: child.id(),
    }
}

/// Processes whose parent, or group, was the one with this number.
fn left_behind(process: u32) -> Vec<String> {
    let all = std::fs::read_dir("/proc")
        .expect("a list of processes")
        .flatten();
    all.filter_map(|entry| std::fs::read_to_string(entry.path().join("stat")).ok())
        .filter(|stat| {
            let after_name = stat.rsplit_once(") ").map_or("", |(_, rest)| rest);
            let mut fields = after_name.split(' ').skip(1);
            let (parent, group) = (fields.next(), fields.next());
            let number = process.to_string();
            parent == Some(&number) || group == Some(&number)
        })
        .collect()
}

#[test]
fn the_demo_tells_its_story_and_leaves_nothing_behind() {
    let place = tempfile::tempdir().expect("a folder");
    std::fs::create_dir(place.path().join("tmp")).expect("a folder");
    let port = port();
    let told = run(place.path(), &["--once", "--port", &port.to_string()]);
    assert_eq!(told.code, Some(0), "{}\n{}", told.text, told.errors);
    assert!(!told.errors.contains("panicked"), "{}", told.errors);
    // The steps, in their order, each with a link on the line below it.
    let steps = [
        "follows her",
        "follows the group",
        "writes a post",
        "replies",
        "publishes an event",
        "invites",
        "answers \"going\"",
    ];
    let lines: Vec<&str> = told.text.lines().collect();
    let mut from = 0;
    for (at, step) in steps.iter().enumerate() {
        let number = format!("{:>2}. ", at + 1);
        let line = lines[from..]
            .iter()
            .position(|line| line.starts_with(&number))
            .expect(step)
            + from;
        assert!(
            lines[line].contains(step),
            "step {}: {}",
            at + 1,
            lines[line]
        );
        let link = lines[line + 1].trim();
        let known = [
            format!("http://alpha.localhost:{port}/"),
            format!("http://beta.localhost:{}/", port + 1),
        ];
        assert!(known.iter().any(|start| link.starts_with(start)), "{link}");
        from = line + 1;
    }
    for part in ["Log in", "token ", "password ", "Open"] {
        assert!(told.text.contains(part), "{part} is missing: {}", told.text);
    }
    let rest: Vec<_> = std::fs::read_dir(place.path().join("tmp"))
        .expect("a folder")
        .flatten()
        .collect();
    assert!(rest.is_empty(), "left behind: {rest:?}");
    let names: Vec<_> = std::fs::read_dir(place.path())
        .expect("a folder")
        .flatten()
        .map(|e| e.file_name())
        .collect();
    assert_eq!(names.len(), 3, "left behind: {names:?}");
    assert_eq!(left_behind(told.process), [""; 0]);
    for port in [port, port + 1, port + 100, port + 101] {
        assert!(
            std::net::TcpStream::connect(("127.0.0.1", port)).is_err(),
            "something still listens on {port}"
        );
    }
}

#[test]
fn the_demo_keeps_a_folder_that_was_given_and_says_what_is_wrong_with_one() {
    let place = tempfile::tempdir().expect("a folder");
    std::fs::create_dir(place.path().join("tmp")).expect("a folder");
    let folder = place.path().join("kept");
    let port = port().to_string();
    let folder_text = folder.to_str().expect("UTF-8");
    let told = run(
        place.path(),
        &["--once", "--port", &port, "--dir", folder_text],
    );
    assert_eq!(told.code, Some(0), "{}\n{}", told.text, told.errors);
    assert!(folder.join("alpha/kith.toml").exists() && folder.join("beta/kith.toml").exists());
    let again = run(
        place.path(),
        &["--once", "--port", &port, "--dir", folder_text],
    );
    assert_eq!(again.code, Some(1));
    assert_eq!(again.errors.lines().count(), 1, "{}", again.errors);
    assert!(
        again.errors.contains("not empty") && again.errors.contains("--dir"),
        "{}",
        again.errors
    );
    // A port that is taken is named, too, and what was begun is taken away again.
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let number = taken.local_addr().expect("an address").port();
    if number < 65_000 {
        let told = run(place.path(), &["--once", "--port", &number.to_string()]);
        assert_eq!(told.code, Some(1), "{}", told.text);
        assert!(told.errors.contains(&number.to_string()), "{}", told.errors);
        let rest: Vec<_> = std::fs::read_dir(place.path().join("tmp"))
            .expect("a folder")
            .flatten()
            .collect();
        assert!(rest.is_empty(), "left behind: {rest:?}");
    }
}
