//! A server of a test's own: started on free ports, gone with the test.

use std::io;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// How long a server may take to answer; Erlang takes its time on a busy machine.
const START: Duration = Duration::from_secs(60);

/// A process that ends with this value.
#[derive(Debug)]
pub(super) struct Server(Child);

impl Server {
    /// Starts `command`, whose program comes with Debian's `package`.
    pub(super) fn spawn(command: &mut Command, package: &str) -> Self {
        let program = command.get_program().to_string_lossy().into_owned();
        match command.stdin(Stdio::null()).stdout(Stdio::null()).spawn() {
            Ok(process) => Self(process),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                panic!("no {program} is installed (Debian: apt-get install {package})")
            }
            Err(error) => panic!("{program} does not start: {error}"),
        }
    }

    /// Waits until the server accepts connections on `port`.
    pub(super) fn wait_for(&mut self, port: u16) {
        let address = SocketAddr::from(([127, 0, 0, 1], port));
        let started = Instant::now();
        while TcpStream::connect_timeout(&address, Duration::from_millis(200)).is_err() {
            if let Ok(Some(status)) = self.0.try_wait() {
                panic!("the server for port {port} ended: {status}");
            }
            assert!(started.elapsed() < START, "nobody answers on port {port}");
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// Kills it, as a crash would.
    pub(super) fn kill(&mut self) {
        // It may be gone already.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Ports that nobody listens on, all different.
pub(super) fn free_ports<const N: usize>() -> [u16; N] {
    let listeners = [(); N].map(|()| TcpListener::bind("127.0.0.1:0").expect("a port is free"));
    listeners.map(|listener| listener.local_addr().expect("a listener has an address").port())
}
