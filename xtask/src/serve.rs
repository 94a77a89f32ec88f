//! `cargo xtask serve`: the page on this computer, rebuilt when a file changes.

use crate::Result;
use crate::process::run;
use crate::site::{Profile, trunk};
use std::env;
use std::net::{Ipv4Addr, TcpListener};

const FIRST_PORT: u16 = 8080;

pub fn run_serve(arguments: &[String]) -> Result<()> {
    let options = Options::parse(arguments)?;
    let port = match options.port {
        Some(port) => port,
        None => free_port(FIRST_PORT).ok_or("no free port was found: name one with --port")?,
    };
    let mut server = trunk("serve", Profile::Quick)?;
    server.args(["--address", "127.0.0.1", "--port", &port.to_string(), "--serve-base", "/"]);
    server.args(["--no-autoreload", "true", "--no-spa", "true"]);
    if options.open && has_display() {
        server.args(["--open", "true"]);
    }
    println!("The page will be at http://127.0.0.1:{port}/ as soon as it is built. Press Ctrl-C to stop.");
    run(&mut server)
}

#[derive(Debug, PartialEq, Eq)]
struct Options {
    open: bool,
    port: Option<u16>,
}

impl Options {
    fn parse(arguments: &[String]) -> Result<Self> {
        let mut options = Self { open: true, port: None };
        let mut arguments = arguments.iter();
        while let Some(argument) = arguments.next() {
            match argument.as_str() {
                "--no-open" => options.open = false,
                "--port" => {
                    let port = arguments.next().and_then(|port| port.parse().ok());
                    options.port = Some(port.ok_or("--port wants a number from 1 to 65535")?);
                }
                other => {
                    return Err(format!("`cargo xtask serve` takes --no-open and --port PORT, not `{other}`").into());
                }
            }
        }
        Ok(options)
    }
}

fn free_port(first: u16) -> Option<u16> {
    (first..first + 100).find(|port| TcpListener::bind((Ipv4Addr::LOCALHOST, *port)).is_ok())
}

fn has_display() -> bool {
    cfg!(any(target_os = "macos", windows))
        || ["DISPLAY", "WAYLAND_DISPLAY"].iter().any(|name| env::var_os(name).is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(words: &[&str]) -> Result<Options> {
        Options::parse(&words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>())
    }

    #[test]
    fn options_are_read_in_any_order() {
        assert_eq!(parse(&[]).unwrap(), Options { open: true, port: None });
        assert_eq!(parse(&["--port", "9000", "--no-open"]).unwrap(), Options { open: false, port: Some(9000) });
    }

    #[test]
    fn a_port_that_is_no_port_is_refused() {
        assert!(parse(&["--port", "70000"]).is_err());
        assert!(parse(&["--port"]).is_err());
        assert!(parse(&["--prot"]).is_err());
    }

    #[test]
    fn a_port_in_use_is_passed_over() {
        let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = taken.local_addr().unwrap().port();
        assert_ne!(free_port(port), Some(port));
    }
}
