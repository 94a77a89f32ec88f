//! Outside programs that describe sounds too, asked about the same excerpts.
//!
//! A program reads paths of WAV files, one a line, and answers each with a line of numbers, or an empty one where it has
//! none. The less two answers differ, by their Euclidean distance, the more alike it finds the sounds.

use std::error::Error;
use std::fmt::{Display, Formatter};
use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::{Mutex, PoisonError};

use anyhow::{Context, Result, ensure};

use crate::wav;

/// Most numbers in an answer.
const MOST_NUMBERS: usize = 4096;

/// Most bytes in an answer.
const MOST_BYTES: u64 = 32 * MOST_NUMBERS as u64;

/// A program that describes sounds.
#[derive(Debug)]
pub struct Peer {
    pub name: String,
    command: String,
    program: Mutex<Program>,
}

/// Why a program can be asked nothing more.
#[derive(Debug)]
pub struct Broken(String);

impl Display for Broken {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl Error for Broken {}

impl Peer {
    /// Starts what `NAME=COMMAND` says; the command is split at spaces.
    ///
    /// # Errors
    /// When it says nothing, or the program cannot be started.
    pub fn start(named: &str) -> Result<Self> {
        let (name, command) = named.split_once('=').unwrap_or_default();
        let mut words = command.split_whitespace();
        let program = words.next().filter(|_| !name.is_empty());
        let program = program.with_context(|| format!("`{named}` names no program; write NAME=COMMAND."))?;
        let failed = || format!("{name} cannot be started as `{command}`");
        let program = Program::start(Command::new(program).args(words)).with_context(failed)?;
        Ok(Self { name: name.into(), command: command.into(), program: Mutex::new(program) })
    }

    /// What the program answers for `samples`.
    ///
    /// # Errors
    /// [`Broken`] when it did not keep to the rules; another when it has no answer for these samples.
    pub fn describe(&self, samples: &[f32]) -> Result<Vec<f32>> {
        let mut file = tempfile::Builder::new().suffix(".wav").tempfile().context("No temporary file can be made")?;
        file.write_all(&wav::mono16(samples)).context("A temporary file cannot be written")?;
        let path = file.path().to_str().context("The folder of temporary files has no readable name.")?;
        let numbers = self.program.lock().unwrap_or_else(PoisonError::into_inner).ask(path).map_err(|why| {
            let Self { name, command, .. } = self;
            Broken(format!("{name} {why}. Start `{command}`, type the path of a WAV file, and see what it says."))
        })?;
        ensure!(!numbers.is_empty(), "{} has no answer for it.", self.name);
        Ok(numbers)
    }
}

#[derive(Debug)]
struct Program {
    child: Child,
    questions: ChildStdin,
    answers: BufReader<ChildStdout>,
    /// Numbers in each answer, once there was one.
    dimension: Option<usize>,
}

impl Program {
    fn start(command: &mut Command) -> Result<Self> {
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let questions = child.stdin.take().context("its input is not there")?;
        let answers = BufReader::new(child.stdout.take().context("its output is not there")?);
        Ok(Self { child, questions, answers, dimension: None })
    }

    fn ask(&mut self, path: &str) -> Result<Vec<f32>, String> {
        let line = self.exchange(path).unwrap_or_default();
        let text = match line.strip_suffix(b"\n") {
            Some(text) => String::from_utf8_lossy(text),
            None if line.len() as u64 == MOST_BYTES => {
                return Err(format!("answers more than {MOST_BYTES} bytes a line"));
            }
            None => return Err("ended before it had answered".into()),
        };
        let numbers: Vec<f32> = text
            .split_whitespace()
            .map(|word| word.parse().ok().filter(|number: &f32| number.is_finite()))
            .collect::<Option<_>>()
            .ok_or("answers what is not a line of finite numbers")?;
        let expected = if numbers.is_empty() { 0 } else { *self.dimension.get_or_insert(numbers.len()) };
        match numbers.len() {
            found if found > MOST_NUMBERS => Err(format!("answers more than {MOST_NUMBERS} numbers")),
            found if found != expected => Err(format!("answers now {expected} numbers, now {found}")),
            _ => Ok(numbers),
        }
    }

    /// One question, and the line that answers it as far as it came.
    fn exchange(&mut self, path: &str) -> std::io::Result<Vec<u8>> {
        writeln!(self.questions, "{path}")?;
        self.questions.flush()?;
        let mut line = Vec::new();
        self.answers.by_ref().take(MOST_BYTES).read_until(b'\n', &mut line)?;
        Ok(line)
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[cfg(unix)]
#[cfg(test)]
mod tests {
    use super::*;

    /// A program of a few lines of shell, in a folder that lives as long.
    fn peer(script: &str) -> (Peer, tempfile::TempDir) {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().join("answer.sh");
        std::fs::write(&place, script).unwrap();
        (Peer::start(&format!("toy=sh {}", place.display())).unwrap(), folder)
    }

    fn refusal(script: &str, questions: usize) -> String {
        let (peer, _folder) = peer(script);
        let last = (0..questions).map(|_| peer.describe(&[0.5; 100])).last().unwrap();
        last.unwrap_err().downcast::<Broken>().unwrap().to_string()
    }

    #[test]
    fn a_program_is_asked_about_a_file_that_is_gone_afterwards() {
        let (peer, folder) = peer("cd $(dirname $0); while read path; do echo $path >> asked; wc -c < $path; done");
        assert_eq!(
            (peer.describe(&[0.1; 100]).unwrap(), peer.describe(&[0.1; 50]).unwrap()),
            (vec![244.0], vec![144.0])
        );
        let asked = std::fs::read_to_string(folder.path().join("asked")).unwrap();
        assert_eq!(asked.lines().count(), 2);
        assert!(asked.lines().all(|path| path.ends_with(".wav") && !std::path::Path::new(path).exists()));
    }

    #[test]
    fn an_empty_line_says_that_there_is_no_answer_and_the_next_may_have_one() {
        let (peer, _folder) = peer("read path; echo; read path; echo 1 -2.5e1");
        let error = peer.describe(&[0.0; 10]).unwrap_err();
        assert!(!error.is::<Broken>() && error.to_string() == "toy has no answer for it.");
        assert_eq!(peer.describe(&[0.0; 10]).unwrap(), [1.0, -25.0]);
    }

    #[test]
    fn what_does_not_keep_to_the_rules_is_named_in_one_sentence() {
        assert!(refusal("exit 1", 1).starts_with("toy ended before it had answered. Start `sh "));
        assert!(refusal("read path; printf 1", 1).contains("ended before"), "half a line");
        for nonsense in ["1 two", "NaN", "1 inf", "1,2", "\\377"] {
            assert!(refusal(&format!("read path; printf '{nonsense}\\n'"), 1).contains("not a line of finite numbers"));
        }
        assert!(refusal("while read path; do n=\"$n 1\"; echo $n; done", 2).contains("now 1 numbers, now 2"));
        assert!(refusal("read path; yes 1 | head -n 5000 | tr '\\n' ' '; echo", 1).contains("more than 4096 numbers"));
        assert!(refusal("read path; yes 1 | tr -d '\\n'", 1).contains("more than 131072 bytes"));
    }

    #[test]
    fn what_names_no_program_is_refused() {
        for named in ["bliss", "=bliss", "bliss=", "bliss= "] {
            assert!(Peer::start(named).unwrap_err().to_string().contains("write NAME=COMMAND"), "{named}");
        }
        let error = Peer::start("toy=/nowhere/toy --flag").unwrap_err().to_string();
        assert_eq!(error, "toy cannot be started as `/nowhere/toy --flag`");
    }
}
