//! Lays GraphiQL's files into `OUT_DIR`: from the npm registry, checked against the checksums below, or from `CARGO_GRAPHIQL_DIR`.
//!
//! GraphiQL 4 is the last line that comes as one script for a page; later ones want a bundler.

use base64::Engine;
use sha2::{Digest, Sha512};
use std::error::Error;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::Duration;
use std::{env, fs};
use ureq::tls::{RootCerts, TlsConfig};

/// Names a folder that holds the files of [`PACKAGES`], for builds without network access.
const DIR: &str = "CARGO_GRAPHIQL_DIR";

/// No package is near this size. A larger answer is not what was asked for.
const MAX_BYTES: u64 = 64 << 20;

struct Package {
    name: &'static str,
    version: &'static str,
    /// The registry's `dist.integrity`, without its `sha512-`.
    sha512: &'static str,
    /// Path inside the package, name here.
    files: &'static [(&'static str, &'static str)],
}

const PACKAGES: &[Package] = &[
    Package {
        name: "graphiql",
        version: "4.1.2",
        sha512: "rNlzQIAzm6i2KBXmVQWBgLvt0TloxFVB2d18bukvdsvjEuFDHsKx5IVOomL1W1o5WW+tE54+ioHb2AEKzO2cUg==",
        files: &[
            ("graphiql.min.js", "graphiql.min.js"),
            ("graphiql.min.css", "graphiql.min.css"),
            ("LICENSE", "graphiql.LICENSE.txt"),
        ],
    },
    Package {
        name: "react",
        version: "18.3.1",
        sha512: "wS+hAgJShR0KhEvPJArfuPVN1+Hz1t0Y6n5jLrGQbkb4urgPE/0Rve+1kMB1v/oWgHgm4WIcV+i7F2pTVj+2iQ==",
        files: &[
            ("umd/react.production.min.js", "react.production.min.js"),
            ("LICENSE", "react.LICENSE.txt"),
        ],
    },
    Package {
        name: "react-dom",
        version: "18.3.1",
        sha512: "5m4nQKp+rZRb09LNH59GM4BxTh9251/ylbKIbpe7TpGxfJ+9kv6BLkLBXIjjspbgbnIBNqlI23tRnTWT0snUIw==",
        files: &[
            ("umd/react-dom.production.min.js", "react-dom.production.min.js"),
            ("LICENSE", "react-dom.LICENSE.txt"),
        ],
    },
];

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-env-changed={DIR}");
    println!("cargo::rustc-env=GRAPHIQL_VERSION={}", PACKAGES[0].version);
    let out = PathBuf::from(env::var_os("OUT_DIR").ok_or("cargo sets OUT_DIR")?);
    let laid = match env::var_os(DIR) {
        Some(folder) => copy(Path::new(&folder), &out),
        None => fetch(&out),
    };
    if let Err(error) = &laid {
        println!("cargo::warning=built without GraphiQL, the explorer page is served in its place: {error}");
        // Tries again next time: a file that does not exist counts as changed.
        println!("cargo::rerun-if-changed={}", out.join("missing").display());
    }
    fs::write(out.join("assets.rs"), list(laid.is_ok()))?;
    Ok(())
}

/// The files from a folder, where they lie side by side under the names they have here.
fn copy(folder: &Path, out: &Path) -> Result<(), Box<dyn Error>> {
    for (_, name) in PACKAGES.iter().flat_map(|package| package.files) {
        let from = folder.join(name);
        println!("cargo::rerun-if-changed={}", from.display());
        fs::copy(&from, out.join(name)).map_err(|error| format!("{}: {error}", from.display()))?;
    }
    Ok(())
}

fn fetch(out: &Path) -> Result<(), Box<dyn Error>> {
    if env::var("CARGO_NET_OFFLINE").is_ok_and(|offline| offline == "true") {
        return Err(format!("cargo is offline; {DIR} may name a folder with its files").into());
    }
    // The system's certificates, so that a company's own proxy is trusted as it is by cargo.
    let tls = TlsConfig::builder().root_certs(RootCerts::PlatformVerifier).build();
    let config = ureq::Agent::config_builder().timeout_global(Some(Duration::from_secs(60))).tls_config(tls);
    let agent = ureq::Agent::new_with_config(config.build());
    for package in PACKAGES {
        let Package { name, version, .. } = package;
        let address = format!("https://registry.npmjs.org/{name}/-/{name}-{version}.tgz");
        unpack(package, &download(&agent, &address)?, out).map_err(|error| format!("{address}: {error}"))?;
    }
    Ok(())
}

fn download(agent: &ureq::Agent, address: &str) -> Result<Vec<u8>, Box<dyn Error>> {
    let mut response = agent.get(address).call().map_err(|error| format!("{address}: {error}"))?;
    Ok(response.body_mut().with_config().limit(MAX_BYTES).read_to_vec()?)
}

fn unpack(package: &Package, archive: &[u8], out: &Path) -> Result<(), Box<dyn Error>> {
    let sum = base64::engine::general_purpose::STANDARD.encode(Sha512::digest(archive));
    if sum != package.sha512 {
        return Err("the checksum is not the published one".into());
    }
    let mut found = 0;
    let mut archive = tar::Archive::new(flate2::read::GzDecoder::new(archive));
    for entry in archive.entries()? {
        let mut entry = entry?;
        let path = entry.path()?.into_owned();
        let wanted = package.files.iter().find(|(inside, _)| path == Path::new("package").join(inside));
        if let Some((_, name)) = wanted {
            let mut content = Vec::new();
            entry.read_to_end(&mut content)?;
            fs::write(out.join(name), content)?;
            found += 1;
        }
    }
    if found != package.files.len() {
        return Err("a file is missing in the package".into());
    }
    Ok(())
}

/// The expression that `lib.rs` includes.
fn list(complete: bool) -> String {
    let files = PACKAGES.iter().flat_map(|package| package.files).filter(|_| complete);
    let assets: String = files
        .map(|(_, name)| {
            let media_type = match name.rsplit('.').next() {
                Some("js") => "text/javascript; charset=utf-8",
                Some("css") => "text/css; charset=utf-8",
                _ => "text/plain; charset=utf-8",
            };
            format!(
                "Asset {{ name: {name:?}, media_type: {media_type:?}, \
                 content: include_str!(concat!(env!(\"OUT_DIR\"), \"/\", {name:?})) }},\n"
            )
        })
        .collect();
    format!("&[\n{assets}]\n")
}
