//! A running Kith: the real program, in a folder of its own.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;

use super::server::lock;
use super::wire::{Answer, Ask};
use super::{Login, Peer, ports, setting, until, within};

const PROGRAM: &str = env!("CARGO_BIN_EXE_kith");

/// What a Kith is started with.
#[derive(Debug, Clone)]
pub(crate) struct Setup {
    pub(crate) name: String,
    /// Names that may be contacted, `host:port`.
    pub(crate) hosts: Vec<String>,
    pub(crate) time_scale: f64,
    pub(crate) postgres: bool,
    /// Whether `name` is a whole host name, which the peers' TLS proxy leads here.
    pub(crate) proxied: bool,
    /// More lines of `kith.toml`, by section.
    pub(crate) federation: String,
    pub(crate) limits: String,
    /// A program, with its arguments, that starts the program.
    pub(crate) through: Vec<String>,
    /// Where the SQLite file is, seen from the folder.
    pub(crate) database: String,
}

impl Setup {
    pub(crate) fn new(peers: &[&Peer]) -> Setup {
        Setup {
            name: "kith".to_owned(),
            hosts: peers.iter().map(|peer| peer.host.clone()).collect(),
            time_scale: 1.0,
            postgres: setting("KITH_TEST_DATABASE").as_deref() == Some("postgres"),
            proxied: false,
            federation: String::new(),
            limits: String::new(),
            through: Vec::new(),
            database: "kith.db".to_owned(),
        }
    }

    pub(crate) fn named(mut self, name: &str) -> Setup {
        name.clone_into(&mut self.name);
        self
    }

    /// `https://NAME` behind the peers' TLS proxy (`peers/hosts.json`), whose authority is trusted.
    pub(crate) fn proxied(mut self, name: &str, hosts: &[&str]) -> Setup {
        let authority =
            setting("KITH_TEST_CA").expect("KITH_TEST_CA, which setup/with-peers.sh sets");
        self.proxied = true;
        self.hosts = hosts.iter().map(|host| format!("{host}:443")).collect();
        self.federation = format!("extra_ca_file = {authority:?}");
        self.named(name)
    }

    pub(crate) fn faster(mut self, time_scale: f64) -> Setup {
        self.time_scale = time_scale;
        self
    }

    pub(crate) fn limits(mut self, lines: &str) -> Setup {
        lines.clone_into(&mut self.limits);
        self
    }

    /// Runs every command through another program, such as `nsenter`.
    pub(crate) fn through(mut self, program: &[String]) -> Setup {
        self.through = program.to_vec();
        self
    }

    pub(crate) fn postgres(mut self) -> Setup {
        self.postgres = true;
        self
    }

    /// On PostgreSQL where there is one: it refuses values that SQLite takes.
    pub(crate) fn strict(mut self) -> Setup {
        self.postgres |= setting("KITH_TEST_POSTGRES").is_some();
        self
    }

    pub(crate) fn start(self) -> Kith {
        let kith = self.make();
        kith.launch();
        kith
    }

    /// Writes the settings without starting the server.
    pub(crate) fn make(self) -> Kith {
        Kith::make(&self, ports::free())
    }

    pub(crate) fn make_at(self, port: u16) -> Kith {
        Kith::make(&self, port)
    }
}

/// One instance.
#[derive(Debug)]
pub(crate) struct Kith {
    dir: TempDir,
    /// `name.localhost:port`, or `alpha.test` behind the proxy.
    pub(crate) domain: String,
    scheme: &'static str,
    pub(crate) port: u16,
    admin: u16,
    child: Mutex<Option<Child>>,
    database: Option<String>,
    through: Vec<String>,
}

impl Kith {
    /// With what most tests need.
    pub(crate) fn start(peers: &[&Peer]) -> Kith {
        Setup::new(peers).start()
    }

    fn make(setup: &Setup, port: u16) -> Kith {
        let dir = tempfile::Builder::new()
            .prefix("kith-test.")
            .tempdir()
            .expect("a folder");
        let admin = ports::free();
        let (domain, scheme, proxies) = if setup.proxied {
            (setup.name.clone(), "https", "\"127.0.0.1\"")
        } else {
            (format!("{}.localhost:{port}", setup.name), "http", "")
        };
        let database = setup.postgres.then(|| fresh_database(dir.path()));
        let hosts: Vec<String> = setup.hosts.iter().map(|host| format!("{host:?}")).collect();
        let url = database
            .clone()
            .unwrap_or_else(|| format!("sqlite:{}", setup.database));
        let text = format!(
            "[instance]\ndomain = \"{domain}\"\nscheme = \"{scheme}\"\n\
             [server]\nlisten = \"127.0.0.1:{port}\"\nadmin_listen = \"127.0.0.1:{admin}\"\n\
             trusted_proxies = [{proxies}]\n\
             [database]\nurl = \"{url}\"\n\
             [federation]\nloopback_hosts = [{}]\ntime_scale = {:?}\n{}\n[limits]\n{}\n",
            hosts.join(", "),
            setup.time_scale,
            setup.federation,
            setup.limits,
        );
        std::fs::create_dir_all(dir.path().join("media")).expect("a folder");
        std::fs::write(dir.path().join("kith.toml"), text).expect("a file");
        Kith {
            dir,
            domain,
            scheme,
            port,
            admin,
            child: Mutex::new(None),
            database,
            through: setup.through.clone(),
        }
    }

    pub(crate) fn folder(&self) -> &Path {
        self.dir.path()
    }

    fn log(&self) -> PathBuf {
        self.folder().join("kith.log")
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = match self.through.split_first() {
            Some((program, arguments)) => {
                let mut command = Command::new(program);
                command.args(arguments).arg(PROGRAM);
                command
            }
            None => Command::new(PROGRAM),
        };
        command
            .arg("--config")
            .arg(self.folder().join("kith.toml"))
            .args(arguments)
            .current_dir(self.folder())
            .stdin(Stdio::null());
        command
    }

    /// Makes a group with this handle and title.
    pub(crate) fn make_group(&self, name: &str, title: &str, organizer: &str) {
        self.cli(&[
            "group",
            "create",
            name,
            "--name",
            title,
            "--organizer",
            organizer,
        ]);
    }

    /// Runs a command to its end and answers what it printed.
    pub(crate) fn cli(&self, arguments: &[&str]) -> String {
        let output = self.command(arguments).output().expect("the program");
        let shown = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "kith {arguments:?}: {shown}");
        String::from_utf8(output.stdout).expect("UTF-8")
    }

    /// Starts the server and waits until it answers.
    pub(crate) fn launch(&self) {
        self.launch_with(&[]);
    }

    pub(crate) fn launch_with(&self, environment: &[(&str, &str)]) {
        self.spawn(environment);
        within(Duration::from_mins(1), "the server to answer", || {
            self.check_alive();
            self.try_health().filter(|(status, _)| *status == 200)
        });
    }

    /// Starts the server and waits for nothing.
    pub(crate) fn spawn(&self, environment: &[(&str, &str)]) {
        let log = File::options().create(true).append(true).open(self.log());
        let log = log.expect("a log");
        let mut command = self.command(&["serve"]);
        command.envs(environment.iter().copied());
        command.stdout(log.try_clone().expect("a log")).stderr(log);
        *lock(&self.child) = Some(command.spawn().expect("the program"));
    }

    fn check_alive(&self) {
        if let Some(child) = lock(&self.child).as_mut()
            && let Ok(Some(status)) = child.try_wait()
        {
            panic!("the server ended with {status}: {}", self.logged());
        }
    }

    pub(crate) fn is_running(&self) -> bool {
        let mut child = lock(&self.child);
        child
            .as_mut()
            .is_some_and(|child| matches!(child.try_wait(), Ok(None)))
    }

    /// What the server wrote to its log.
    pub(crate) fn logged(&self) -> String {
        std::fs::read_to_string(self.log()).unwrap_or_default()
    }

    /// The number of the process.
    pub(crate) fn process(&self) -> u32 {
        lock(&self.child).as_ref().expect("a running server").id()
    }

    /// Ends the process at once, wherever it is (kill -9).
    pub(crate) fn kill(&self) {
        if let Some(mut child) = lock(&self.child).take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }

    /// Asks the process to end (SIGTERM), and answers how long that took.
    pub(crate) fn stop(&self) -> Duration {
        let begun = Instant::now();
        let mut child = lock(&self.child).take().expect("a running server");
        let told = Command::new("kill").arg(child.id().to_string()).status();
        assert!(told.is_ok_and(|status| status.success()), "kill");
        let status = within(Duration::from_secs(40), "the server to end", || {
            child.try_wait().expect("a child")
        });
        assert!(status.success(), "ended with {status}: {}", self.logged());
        begun.elapsed()
    }

    pub(crate) fn restart(&self) {
        self.kill();
        self.launch();
    }

    fn try_health(&self) -> Option<(u16, Value)> {
        let ask = Ask::get("/health").header("Host", format!("127.0.0.1:{}", self.admin));
        let answer = ask.send(self.admin)?;
        Some((answer.status, answer.json()))
    }

    /// `GET /health`: status and body.
    pub(crate) fn health(&self) -> (u16, Value) {
        self.try_health().expect("the admin listener answers")
    }

    /// A number in `/health`, such as `/inbox/waiting`.
    pub(crate) fn count(&self, pointer: &str) -> i64 {
        let (_, health) = self.health();
        let found = health.pointer(pointer).and_then(Value::as_i64);
        found.unwrap_or_else(|| panic!("{pointer} in {health}"))
    }

    /// Waits until everything received has had its effect.
    pub(crate) fn digest(&self) {
        until("received activities to be worked off", || {
            (self.count("/inbox/waiting") == 0).then_some(())
        });
    }

    /// Waits until nothing received waits and nothing is due to be sent.
    pub(crate) fn settle(&self) {
        until("nothing to be left to do", || {
            let (_, health) = self.health();
            let none = |pointer: &str| health.pointer(pointer).and_then(Value::as_i64) == Some(0);
            (none("/inbox/waiting") && none("/deliveries/due") && none("/jobs/due")).then_some(())
        });
    }

    /// Sends a request; fails on an answer that a server should never give.
    pub(crate) fn ask(&self, ask: &Ask) -> Answer {
        let answer = self.try_ask(ask);
        answer.unwrap_or_else(|| panic!("no answer to {} {}", ask.method, ask.target))
    }

    /// [`Kith::ask`]; `None` where the connection ended without an answer.
    pub(crate) fn try_ask(&self, ask: &Ask) -> Option<Answer> {
        let ask = match ask.value("host") {
            Some(_) => ask.clone(),
            None => ask.clone().header("Host", &*self.domain),
        };
        let answer = ask.send(self.port)?;
        let fine = answer.status < 500 || answer.status == 503;
        assert!(fine, "{} {}: {}", ask.method, ask.target, answer.text());
        Some(answer)
    }

    /// The ActivityPub document at a path, as a stranger gets it.
    pub(crate) fn document(&self, path: &str) -> Answer {
        self.ask(&Ask::get(path).header("Accept", "application/activity+json"))
    }

    pub(crate) fn page(&self, path: &str) -> Answer {
        self.ask(&Ask::get(path).header("Accept", "text/html"))
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}://{}{path}", self.scheme, self.domain)
    }

    /// Makes an account with a token.
    pub(crate) fn user(&self, name: &str) -> Login<'_> {
        let email = format!("{name}@example.org");
        let password = "correct horse battery";
        self.cli(&[
            "user",
            "create",
            name,
            "--email",
            &email,
            "--password",
            password,
        ]);
        self.login(name)
    }

    /// A token for an account that is there.
    pub(crate) fn login(&self, name: &str) -> Login<'_> {
        let token = self.cli(&["user", "token", name]);
        Login {
            kith: self,
            name: name.to_owned(),
            token: token.trim().to_owned(),
        }
    }

    pub(crate) fn person(&self, name: &str) -> String {
        self.url(&format!("/people/{name}"))
    }

    /// KiB of anonymous memory that the process holds, and its open files.
    pub(crate) fn usage(&self) -> (u64, usize) {
        let process = self.process();
        let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
        let line = status
            .lines()
            .find_map(|line| line.strip_prefix("RssAnon:"));
        let kib = line.and_then(|rest| rest.split_whitespace().next()?.parse().ok());
        let files = std::fs::read_dir(format!("/proc/{process}/fd"));
        (kib.unwrap_or(0), files.map_or(0, Iterator::count))
    }
}

impl Drop for Kith {
    fn drop(&mut self) {
        self.kill();
        let log = self.logged();
        if let Some(keep) = setting("KITH_TEST_KEEP_LOGS") {
            let _ = std::fs::create_dir_all(&keep);
            let name = format!("{}-{}.log", self.domain, std::process::id());
            let _ = std::fs::write(Path::new(&keep).join(name), &log);
        }
        if let Some(database) = &self.database {
            drop_database(database);
        }
        if !std::thread::panicking() {
            assert!(!log.contains("panicked"), "the server panicked:\n{log}");
        }
    }
}

/// Makes a database of its own, named after the test's folder.
fn fresh_database(folder: &Path) -> String {
    let server = setting("KITH_TEST_POSTGRES").expect("asked for before");
    let name: String = folder
        .to_string_lossy()
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .collect();
    let name = name.to_lowercase();
    psql(&server, &format!("create database {name}"));
    let at = server.rfind('/').expect("an address with a path");
    format!("{}/{name}", &server[..at])
}

fn drop_database(url: &str) {
    if let Some(server) = setting("KITH_TEST_POSTGRES")
        && let Some((_, name)) = url.rsplit_once('/')
    {
        psql(
            &server,
            &format!("drop database if exists {name} with (force)"),
        );
    }
}

fn psql(server: &str, statement: &str) {
    let done = Command::new("psql")
        .args([server, "-qc", statement])
        .output();
    let output = done.expect("psql, which setup/with-postgres.sh puts into PATH");
    assert!(
        output.status.success(),
        "{statement}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
}
