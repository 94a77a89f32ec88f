//! From the path of an address to a file that may be served.

use std::path::{Component, Path, PathBuf};

use percent_encoding::percent_decode_str;

/// The path with its percent signs undone; `None` when that is no text.
pub fn decoded(path: &str) -> Option<String> {
    percent_decode_str(path.trim_start_matches('/')).decode_utf8().ok().map(Into::into)
}

/// The file at `path` inside `root`, which must be canonical; `None` for anything that is hidden or lies outside,
/// be it through `..`, an absolute path or a symbolic link.
pub fn inside(root: &Path, path: &str) -> Option<PathBuf> {
    let plain = |part| matches!(part, Component::Normal(name) if !name.to_string_lossy().starts_with('.'));
    if path.contains(['\\', '\0']) || !Path::new(path).components().all(plain) {
        return None;
    }
    let file = root.join(path).canonicalize().ok()?;
    (file.starts_with(root) && file.is_file()).then_some(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_files_inside_are_found() {
        let folder = tempfile::tempdir().expect("a folder");
        let root = folder.path().canonicalize().expect("it is there").join("root");
        std::fs::create_dir_all(root.join("sub")).expect("it is made");
        for name in ["root/a b.ogg", "root/.hidden", "root/sub/c.ogg", "secret"] {
            std::fs::write(folder.path().join(name), name).expect("it is written");
        }
        assert_eq!(inside(&root, &decoded("/a%20b.ogg").expect("a text")), Some(root.join("a b.ogg")));
        assert_eq!(inside(&root, "sub/c.ogg"), Some(root.join("sub/c.ogg")));
        let outside = ["../secret", "sub/../../secret", "/etc/passwd", ".hidden", "sub", "", "a\\b", "none", "a\0b"];
        assert!(outside.iter().all(|path| inside(&root, path).is_none()));
        assert_eq!(decoded("/%2e%2e/secret").and_then(|path| inside(&root, &path)), None);
        assert_eq!(decoded("/%ff"), None);
    }

    #[cfg(unix)]
    #[test]
    fn a_symbolic_link_never_leads_outside() {
        let folder = tempfile::tempdir().expect("a folder");
        let root = folder.path().canonicalize().expect("it is there").join("root");
        std::fs::create_dir(&root).expect("it is made");
        std::fs::write(folder.path().join("secret"), "secret").expect("it is written");
        std::os::unix::fs::symlink(folder.path().join("secret"), root.join("link.ogg")).expect("it is made");
        assert_eq!(inside(&root, "link.ogg"), None);
    }
}
