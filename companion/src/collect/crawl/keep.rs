//! What came of a task, kept with the task's end in one transaction.

use anyhow::Result;
use sonoscape::services::{Answer, Ask, Candidate, Certainty, Service, Trouble};

use super::{Crawl, Outcome, Setback, State, What, add, described, kind};
use crate::collect::client::{Client, Failure};
use crate::library::collected::{Change, Sound, Task};

impl Crawl<'_> {
    pub(super) fn settle(
        &self,
        state: &mut State,
        task: &Task,
        client: &Client,
        outcome: Result<Outcome, Setback>,
    ) -> Result<()> {
        match outcome {
            Ok(outcome) => {
                if matches!(outcome, Outcome::Answer(..) | Outcome::Elsewhere { .. }) {
                    state.failures.remove(&task.service);
                }
                self.keep(state, task, outcome)
            }
            Err(Setback::Here(error)) => Err(error),
            Err(Setback::Host(host, failure)) => {
                state.put_off.insert(task.id);
                match failure.trouble {
                    Trouble::Busy | Trouble::Foreign => drop(state.resting.insert(host, failure.sentence)),
                    _ => state.failed(&host, failure.sentence),
                }
                Ok(())
            }
            Err(Setback::Service(failure)) if failure.trouble == Trouble::Silent => {
                state.failed(&task.service, failure.sentence);
                Ok(())
            }
            Err(Setback::Service(failure)) if failure.trouble.may_pass() || failure.trouble == Trouble::SignIn => {
                state.resting.insert(task.service.clone(), failure.sentence);
                Ok(())
            }
            Err(Setback::Service(failure)) => self.give_up(state, task, client, &failure),
        }
    }

    /// Never asks for this again, but for what may lead to the same.
    fn give_up(&self, state: &mut State, task: &Task, client: &Client, failure: &Failure) -> Result<()> {
        let what = serde_json::from_str(&task.what)?;
        if let (What::Ask(ask @ (Ask::Related { .. } | Ask::Artist { .. })), Trouble::Forbidden) =
            (&what, failure.trouble)
        {
            state.refused.insert((task.service.clone(), kind(ask)));
        }
        state.library.change(|change| {
            change.give_up(task, &failure.sentence)?;
            match what {
                What::Ask(ask) => match client.instead(&ask, failure) {
                    Some(ask) => add(change, &task.service, &What::Ask(ask)),
                    None => Ok(()),
                },
                What::Sound { sound } => {
                    let mut sought = change.fail(sound, &failure.sentence)?.into_iter();
                    sought.try_for_each(|id| self.go_on_elsewhere(change, task, id))
                }
                What::Elsewhere { elsewhere } => self.go_on_elsewhere(change, task, elsewhere),
            }
        })
    }

    fn keep(&self, state: &mut State, task: &Task, outcome: Outcome) -> Result<()> {
        if matches!(outcome, Outcome::PutOff) {
            state.put_off.insert(task.id);
            return Ok(());
        }
        let room = self.settings.most.saturating_sub(state.found);
        let leads_on = matches!(outcome, Outcome::Answer(..));
        state.library.change(|change| {
            match outcome {
                Outcome::Answer(ask, answer) => return self.take_in(change, task, &ask, answer, room),
                Outcome::Fetched { found, track, file, may_keep } => {
                    change.describe(found, &track)?;
                    match change.with_digest(&file.digest, found)? {
                        Some(other) => {
                            if let Some(folder) = &self.settings.folder {
                                let _ = std::fs::remove_file(folder.join(&file.path));
                            }
                            change.same(found, other, 1.0)?;
                        }
                        None => change.file(found, &file.path, &file.digest, may_keep)?,
                    }
                }
                Outcome::Same { found, track, other } => {
                    change.describe(found, &track)?;
                    match change.heard_as(other)?.filter(|other| *other != found) {
                        Some(other) => change.same(found, other, Certainty::SAME.value())?,
                        // It failed meanwhile, so this one's own is fetched at the next turn.
                        None => return Ok(()),
                    }
                }
                Outcome::Elsewhere { found, offered: Some((offered, sure)) } => {
                    let (other, _) = self.take(change, &offered, offered.service.id())?;
                    match change.heard_as(other)?.filter(|other| *other != found) {
                        Some(other) => change.same(found, other, sure.value())?,
                        None => self.go_on_elsewhere(change, task, found)?,
                    }
                }
                Outcome::Elsewhere { found, offered: None } => self.go_on_elsewhere(change, task, found)?,
                Outcome::PutOff | Outcome::Nothing => {}
            }
            change.done(task)
        })?;
        if leads_on {
            state.found = state.library.found_count(&self.settings.source)?;
        }
        Ok(())
    }

    /// Keeps what an answer holds, as far as there is room; what has no room stays to be asked.
    fn take_in(&self, change: &Change, task: &Task, ask: &Ask, answer: Answer, room: usize) -> Result<()> {
        let mut left = room;
        for candidate in &answer.candidates {
            if left == 0 {
                return Ok(());
            }
            let (_, is_new) = self.take(change, candidate, &task.service)?;
            left -= usize::from(is_new);
        }
        for ask in answer.further.into_iter().chain(answer.next).filter(|next| next != ask) {
            add(change, &task.service, &What::Ask(ask))?;
        }
        change.done(task)
    }

    /// Takes in a candidate, and has its sound fetched or looked for; its id, and whether it was not known.
    fn take(&self, change: &Change, candidate: &Candidate, service: &str) -> Result<(i64, bool)> {
        let own = candidate
            .sound
            .as_ref()
            .filter(|_| candidate.service != Service::Spotify || self.settings.spotify_previews);
        let track = described(candidate, own.is_none_or(|sound| sound.is_whole));
        let (id, is_new) = change.insert(&track, candidate.popularity, own.is_some_and(|sound| sound.may_keep))?;
        if !is_new {
            return Ok((id, false));
        }
        if let Some(other) = change.with_isrc(&track.isrc, id, own.is_none())? {
            change.same(id, other, Certainty::SAME.value())?;
        } else if own.is_some() {
            change.sound(id, Sound::Due, "")?;
            add(change, service, &What::Sound { sound: id })?;
        } else if let Some(first) = self.settings.elsewhere.iter().find(|other| other.id() != service) {
            change.sound(id, Sound::Sought, "")?;
            add(change, first.id(), &What::Elsewhere { elsewhere: id })?;
        }
        Ok((id, true))
    }

    fn go_on_elsewhere(&self, change: &Change, task: &Task, id: i64) -> Result<()> {
        let names = || self.settings.elsewhere.iter().map(|service| service.id());
        let asked = names().position(|name| name == task.service).map_or(0, |place| place + 1);
        match names().nth(asked) {
            Some(next) => add(change, next, &What::Elsewhere { elsewhere: id }),
            None => change.missing(id, "No service that was asked has its sound."),
        }
    }
}
