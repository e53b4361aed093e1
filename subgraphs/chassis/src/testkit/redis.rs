//! A Redis server of a test's own: a free port, nothing on disk, gone with the test.

use std::process::Command;

use super::server::{Server, free_ports};

/// A running `redis-server` that keeps nothing.
#[derive(Debug)]
pub struct RedisServer {
    port: u16,
    server: Server,
}

impl RedisServer {
    /// Starts a server.
    ///
    /// # Panics
    /// When there is no `redis-server` (Debian: `apt-get install redis-server`), or it does not start.
    #[must_use]
    pub fn start() -> Self {
        let [port] = free_ports();
        Self { port, server: serve(port) }
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
        self.server.kill();
    }

    /// Starts a server that was killed, without its data.
    ///
    /// # Panics
    /// When it does not start.
    pub fn restart(&mut self) {
        self.server = serve(self.port);
    }
}

fn serve(port: u16) -> Server {
    let mut command = Command::new("redis-server");
    command
        .args(["--port", &port.to_string(), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"])
        .current_dir(std::env::temp_dir());
    let mut server = Server::spawn(&mut command, "redis-server");
    server.wait_for(port);
    server
}
