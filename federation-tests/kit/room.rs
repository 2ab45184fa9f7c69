//! Another view of the file system for a program under test: mounts that nobody else sees, and that end with it.

use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

/// A mount namespace. A process holds it open until this value is dropped, or the test is gone.
#[derive(Debug)]
pub(crate) struct Room {
    holder: Child,
    as_root: bool,
}

impl Room {
    /// Makes one and runs a shell script in it, which mounts what is wanted. Says so, and answers `None`, where the
    /// machine does not let us.
    pub(crate) fn new(script: &str) -> Option<Room> {
        for as_root in [true, false] {
            let mut command = Command::new("unshare");
            command.args(["--mount", "--propagation", "private"]);
            if !as_root {
                command.args(["--user", "--map-root-user"]);
            }
            // `cat` ends when its input does: when the test ends, however it ends.
            let script = format!("set -e; {script}; echo ready; exec cat");
            command.args(["sh", "-c", &script]).stdin(Stdio::piped());
            command.stdout(Stdio::piped()).stderr(Stdio::null());
            let mut holder = command.spawn().ok()?;
            let mut line = String::new();
            let output = holder.stdout.take().expect("piped");
            let _ = BufReader::new(output).read_line(&mut line);
            let room = Room { holder, as_root };
            if line == "ready\n" {
                return Some(room);
            }
        }
        eprintln!("skipped: this machine lets us make no mount namespace");
        None
    }

    /// What starts a program in here, to be followed by the program.
    pub(crate) fn entrance(&self) -> Vec<String> {
        let process = self.holder.id();
        let mut words = vec![
            "nsenter".to_owned(),
            format!("--mount=/proc/{process}/ns/mnt"),
        ];
        if !self.as_root {
            words.push(format!("--user=/proc/{process}/ns/user"));
            words.push("--preserve-credentials".to_owned());
        }
        words
    }

    /// A file in here, as the test can reach it.
    pub(crate) fn path(&self, inside: &str) -> PathBuf {
        PathBuf::from(format!("/proc/{}/root{inside}", self.holder.id()))
    }
}

impl Drop for Room {
    fn drop(&mut self) {
        let _ = self.holder.kill();
        let _ = self.holder.wait();
    }
}
