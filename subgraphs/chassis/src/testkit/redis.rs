//! A Redis server of a test's own: a free port, nothing on disk, gone with the test.

use std::io;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// How long the server may take to answer.
const START: Duration = Duration::from_secs(10);

/// A running `redis-server` that keeps nothing.
#[derive(Debug)]
pub struct RedisServer {
    port: u16,
    process: Child,
}

impl RedisServer {
    /// Starts a server.
    ///
    /// # Panics
    /// When there is no `redis-server` (Debian: `apt-get install redis-server`), or it does not start.
    #[must_use]
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
        let port = listener.local_addr().expect("a listener has an address").port();
        drop(listener);
        Self { port, process: serve(port) }
    }

    /// Where it is reached.
    #[must_use]
    pub fn url(&self) -> String {
        format!("redis://127.0.0.1:{}/", self.port)
    }

    /// How many entries a stream has.
    ///
    /// # Panics
    /// When the server does not answer.
    #[must_use]
    pub fn stream_length(&self, stream: &str) -> u64 {
        let client = ::redis::Client::open(self.url()).expect("the address is one");
        let mut connection = client.get_connection().expect("the server answers");
        ::redis::cmd("XLEN").arg(stream).query(&mut connection).expect("a stream has a length")
    }

    /// Kills the server.
    pub fn kill(&mut self) {
        // It may be gone already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }

    /// Starts a server that was killed, without its data.
    ///
    /// # Panics
    /// When it does not start.
    pub fn restart(&mut self) {
        self.process = serve(self.port);
    }
}

impl Drop for RedisServer {
    fn drop(&mut self) {
        self.kill();
    }
}

fn serve(port: u16) -> Child {
    let process = Command::new("redis-server")
        .args(["--port", &port.to_string(), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"])
        .current_dir(std::env::temp_dir())
        .stdout(Stdio::null())
        .spawn();
    let process = match process {
        Ok(process) => process,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            panic!("no redis-server is installed (Debian: apt-get install redis-server)")
        }
        Err(error) => panic!("redis-server does not start: {error}"),
    };
    let address = SocketAddr::from(([127, 0, 0, 1], port));
    let started = Instant::now();
    while TcpStream::connect_timeout(&address, Duration::from_millis(200)).is_err() {
        assert!(started.elapsed() < START, "redis-server does not answer on port {port}");
        std::thread::sleep(Duration::from_millis(10));
    }
    process
}
