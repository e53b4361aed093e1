//! A RabbitMQ server of the tests' own: a node with a name, ports and data apart from any other's, gone with the tests.
//!
//! A node takes seconds to start. So tests share one, each in a virtual host to itself; who wants to kill it starts one
//! alone.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};

use lapin::options::{QueueDeclareOptions, QueueDeleteOptions};
use lapin::types::FieldTable;
use lapin::{Channel, Connection, ConnectionProperties};
use tempfile::TempDir;

use super::server::{Server, free_ports};

/// Debian's, without the wrapper in the path: that one wants to be root, and starts the node as another user's child.
const SERVER: &str = "/usr/lib/rabbitmq/bin/rabbitmq-server";

const PACKAGE: &str = "rabbitmq-server";

/// Virtual hosts of a node.
const HOSTS: usize = 16;

/// A virtual host of a running node.
#[derive(Debug)]
pub struct RabbitServer {
    node: Arc<Node>,
    host: usize,
}

#[derive(Debug)]
struct Node {
    ports: Ports,
    // Ended in this order; the port mapper outlives a killed node.
    server: Server,
    _port_mapper: Server,
    folder: TempDir,
    hosts: AtomicUsize,
}

#[derive(Clone, Copy, Debug)]
struct Ports {
    amqp: u16,
    distribution: u16,
    mapper: u16,
}

impl RabbitServer {
    /// Starts a node that may be killed.
    ///
    /// # Panics
    /// When there is no RabbitMQ (Debian: `apt-get install rabbitmq-server`), or it does not start.
    #[must_use]
    pub fn start() -> Self {
        Self { node: Arc::new(Node::start()), host: 0 }
    }

    /// A virtual host of a node that tests share for as long as one of them runs.
    ///
    /// # Panics
    /// When there is no RabbitMQ, or it does not start.
    #[must_use]
    pub fn share() -> Self {
        static SHARED: Mutex<Weak<Node>> = Mutex::new(Weak::new());
        let mut shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
        let node = shared.upgrade().unwrap_or_else(|| {
            let node = Arc::new(Node::start());
            *shared = Arc::downgrade(&node);
            node
        });
        let host = node.hosts.fetch_add(1, Ordering::Relaxed);
        assert!(host < HOSTS, "a node has {HOSTS} virtual hosts");
        Self { node, host }
    }

    /// Where it is reached.
    #[must_use]
    pub fn url(&self) -> String {
        format!("amqp://guest:guest@127.0.0.1:{}/t{}", self.node.ports.amqp, self.host)
    }

    /// How many messages wait in a queue.
    ///
    /// # Panics
    /// When the server does not answer, or has no such queue.
    pub async fn queue_length(&self, queue: &str) -> u64 {
        let (_connection, channel) = self.connect().await;
        let asked = QueueDeclareOptions::durable().passive();
        let found = channel.queue_declare(queue.into(), asked, FieldTable::default()).await;
        found.expect("there is such a queue").message_count().into()
    }

    /// Deletes a queue with what is in it.
    ///
    /// # Panics
    /// When the server does not answer.
    pub async fn delete_queue(&self, queue: &str) {
        let (_connection, channel) = self.connect().await;
        channel
            .queue_delete(queue.into(), QueueDeleteOptions::default())
            .await
            .expect("queues can be deleted");
    }

    async fn connect(&self) -> (Connection, Channel) {
        let connection = Connection::connect(&self.url(), ConnectionProperties::default()).await;
        let connection = connection.expect("the server answers");
        let channel = connection.create_channel().await.expect("a channel opens");
        (connection, channel)
    }

    /// Kills the node.
    ///
    /// # Panics
    /// When other tests share it.
    pub fn kill(&mut self) {
        self.node_alone().server.kill();
    }

    /// Starts a node that was killed, with its data.
    ///
    /// # Panics
    /// When it does not start, or other tests share it.
    pub fn restart(&mut self) {
        let node = self.node_alone();
        node.server = serve(node.folder.path(), node.ports);
    }

    /// Starts a node that was killed, without its data.
    ///
    /// # Panics
    /// When it does not start, or other tests share it.
    pub fn restart_empty(&mut self) {
        let data = self.node_alone().folder.path().join("data");
        fs::remove_dir_all(data).expect("what was killed does not write");
        self.restart();
    }

    fn node_alone(&mut self) -> &mut Node {
        Arc::get_mut(&mut self.node).expect("a node that is killed is not shared")
    }
}

impl Node {
    fn start() -> Self {
        let folder = tempfile::tempdir().expect("the temporary folder is writable");
        let [amqp, distribution, mapper] = free_ports();
        let ports = Ports { amqp, distribution, mapper };
        configure(folder.path(), ports.amqp).expect("the temporary folder is writable");
        // A node would start one of its own, which outlives everything.
        let mut epmd = Command::new("epmd");
        epmd.args(["-port", &mapper.to_string(), "-address", "127.0.0.1"]).stderr(Stdio::null());
        let mut port_mapper = Server::spawn(&mut epmd, "erlang-base");
        port_mapper.wait_for(mapper);
        let server = serve(folder.path(), ports);
        Self { ports, server, _port_mapper: port_mapper, folder, hosts: AtomicUsize::new(0) }
    }
}

fn configure(folder: &Path, port: u16) -> std::io::Result<()> {
    let definitions = folder.join("definitions.json");
    let hosts: Vec<_> = (0..HOSTS).map(|host| format!("t{host}")).collect();
    let written = serde_json::json!({
        "users": [{ "name": "guest", "password": "guest", "tags": "administrator" }],
        "vhosts": hosts.iter().map(|host| serde_json::json!({ "name": host })).collect::<Vec<_>>(),
        "permissions": hosts.iter().map(|host| serde_json::json!({
            "user": "guest", "vhost": host, "configure": ".*", "write": ".*", "read": ".*"
        })).collect::<Vec<_>>(),
    });
    fs::write(&definitions, written.to_string())?;
    let settings = format!(
        "listeners.tcp.1 = 127.0.0.1:{port}\nload_definitions = {}\ndisk_free_limit.absolute = 50MB\n",
        definitions.display()
    );
    fs::write(folder.join("rabbitmq.conf"), settings)
}

fn serve(folder: &Path, ports: Ports) -> Server {
    let mut command = Command::new(SERVER);
    command
        .current_dir(folder)
        .stderr(Stdio::null())
        .env_clear()
        .envs(std::env::var_os("PATH").map(|path| ("PATH", path)))
        // Where the node's secret lies.
        .env("HOME", folder)
        .env("ERL_EPMD_PORT", ports.mapper.to_string())
        .env("RABBITMQ_NODENAME", format!("carmen{}@localhost", ports.amqp))
        .env("RABBITMQ_DIST_PORT", ports.distribution.to_string())
        .env("RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS", "-kernel inet_dist_use_interface {127,0,0,1}")
        .env("RABBITMQ_MNESIA_BASE", folder.join("data"))
        .env("RABBITMQ_LOG_BASE", folder.join("log"))
        .env("RABBITMQ_CONFIG_FILE", folder.join("rabbitmq.conf"))
        .env("RABBITMQ_ENABLED_PLUGINS_FILE", folder.join("plugins"))
        .env("RABBITMQ_GENERATED_CONFIG_DIR", folder.join("config"))
        // The script becomes the node, so that killing it kills the node.
        .env("detached", "true");
    let mut server = Server::spawn(&mut command, PACKAGE);
    server.wait_for(ports.amqp);
    server
}
